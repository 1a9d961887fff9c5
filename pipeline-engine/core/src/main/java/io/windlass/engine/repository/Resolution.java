package io.windlass.engine.repository;

import io.windlass.engine.pipeline.Pipeline;
import java.util.List;

/** What the repository's file says about a commit. */
public sealed interface Resolution {
  /**
   * There is something to run.
   *
   * @param sha the commit itself, also where the ref names a tag object
   */
  record Matched(String sha, Pipeline pipeline, String title, String author)
      implements Resolution {}

  record Filtered(String reason) implements Resolution {}

  record NoFile(String reason) implements Resolution {}

  /**
   * The file is wrong.
   *
   * @param title the commit's, empty where the ask knows a better one
   * @param problems all of them, each with its place
   */
  record Invalid(String sha, String title, List<String> problems) implements Resolution {
    public Invalid {
      problems = List.copyOf(problems);
    }
  }

  record Vanished(String reason) implements Resolution {}

  /**
   * Later events of the ref were decided before this one came.
   *
   * @param head what the ref stands at
   */
  record Late(String reason, String head) implements Resolution {}

  /** The repository could not be read for longer than we try. */
  record Unreadable(String reason) implements Resolution {}
}
