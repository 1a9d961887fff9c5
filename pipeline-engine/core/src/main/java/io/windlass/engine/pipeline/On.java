package io.windlass.engine.pipeline;

import io.windlass.scaler.syntax.Cron;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * What starts a run. A run that a person asks for needs no entry.
 *
 * @param push empty: pushes start nothing
 * @param pullRequest empty: pull requests start nothing
 */
public record On(Optional<Push> push, Optional<PullRequest> pullRequest, List<Schedule> schedule) {
  public On {
    schedule = List.copyOf(schedule);
  }

  /** Whether what a commit changed decides anything. */
  public boolean filtersPaths() {
    return push.flatMap(Push::paths).isPresent()
        || pullRequest.flatMap(PullRequest::paths).isPresent();
  }

  /**
   * Which pushes. Where only one of branches and tags is filtered, the other starts nothing; where
   * neither is, both do. Paths are not looked at for tags.
   */
  public record Push(
      Optional<Patterns> branches, Optional<Patterns> tags, Optional<Patterns> paths) {}

  /**
   * Which pull requests.
   *
   * @param branches the branch to be merged into
   */
  public record PullRequest(Optional<Patterns> branches, Optional<Patterns> paths) {}

  /** A time at which the default branch's head is run. */
  public record Schedule(Cron cron, ZoneId timezone) {}
}
