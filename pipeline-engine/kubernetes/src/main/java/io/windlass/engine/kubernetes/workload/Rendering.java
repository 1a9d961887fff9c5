package io.windlass.engine.kubernetes.workload;

import java.util.List;

/** What came of rendering a release. */
public sealed interface Rendering {
  record Done(Rendered rendered) implements Rendering {}

  /**
   * The release cannot run there as it is.
   *
   * @param reasons at least one, each a sentence that says what to do
   */
  record Refused(List<String> reasons) implements Rendering {
    public Refused {
      reasons = List.copyOf(reasons);
    }

    public String reason() {
      return String.join("; ", reasons);
    }
  }
}
