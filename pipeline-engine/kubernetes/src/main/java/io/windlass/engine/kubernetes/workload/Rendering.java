package io.windlass.engine.kubernetes.workload;

import java.util.ArrayList;
import java.util.List;

/** What came of rendering a release. */
public sealed interface Rendering {
  record Done(Rendered rendered) implements Rendering {
    @Override
    public Rendering refused(String reason) {
      return new Refused(List.of(reason));
    }
  }

  /**
   * The release cannot run there as it is.
   *
   * @param reasons at least one, each a sentence that says what to do
   */
  record Refused(List<String> reasons) implements Rendering {
    public Refused {
      reasons = List.copyOf(reasons);
    }

    @Override
    public Rendering refused(String reason) {
      List<String> all = new ArrayList<>(reasons);
      all.add(reason);
      return new Refused(all);
    }

    public String reason() {
      return String.join("; ", reasons);
    }
  }

  /** What came of it once there is one more reason against it. */
  Rendering refused(String reason);
}
