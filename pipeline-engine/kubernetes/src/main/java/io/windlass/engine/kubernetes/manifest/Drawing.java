package io.windlass.engine.kubernetes.manifest;

import java.util.List;

/** What came of a tool's work over a commit's files. */
sealed interface Drawing {
  /**
   * This text.
   *
   * @param tool with its version
   */
  record Text(String text, String tool) implements Drawing {}

  /** Nothing, for these reasons. */
  record Failed(List<String> problems) implements Drawing {
    public Failed {
      problems = List.copyOf(problems);
    }

    static Failed because(String problem) {
      return new Failed(List.of(problem));
    }
  }
}
