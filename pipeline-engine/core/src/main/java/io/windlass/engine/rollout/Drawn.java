package io.windlass.engine.rollout;

import java.util.List;

/** What came of the objects that a commit brings. */
public sealed interface Drawn {
  /**
   * They can be taken.
   *
   * @param text all of them, as the target reads them
   * @param tool what rendered them, with its version, for people
   * @param hosts whose requests they ask for
   */
  record Made(String text, String tool, List<String> hosts) implements Drawn {
    public Made {
      hosts = List.copyOf(hosts);
    }
  }

  /** They cannot; the reason names every mistake. */
  record Refused(String reason) implements Drawn {}
}
