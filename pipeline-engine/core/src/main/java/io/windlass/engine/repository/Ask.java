package io.windlass.engine.repository;

import io.windlass.engine.run.RunTrigger;
import java.util.List;
import java.util.Optional;

/**
 * A commit that somebody wants to be looked at.
 *
 * @param version of the ref's head that this ask decides; 0 where it decides none
 * @param key under which the ref's last decided head is kept: the ref, or {@code refs/pull/7/head}
 * @param ref the branch or tag, for a pull request its head's branch
 * @param after what the ref named; empty for whatever it names now
 * @param before what it named before, to find the changed paths
 * @param base the branch that a pull request would be merged into
 * @param doubt why it may be older than what is decided
 * @param environment deploy to this one only
 * @param cron of the schedule that fired
 * @param title and {@code author}: for people, as far as they are known yet
 * @param cause the delivery, poll, schedule or request
 */
public record Ask(
    long version,
    RunTrigger.Kind kind,
    String key,
    String ref,
    Optional<String> after,
    Optional<String> before,
    Optional<String> base,
    Optional<Doubt> doubt,
    Optional<Long> pullRequest,
    Optional<String> environment,
    Optional<String> cron,
    String title,
    String author,
    String cause) {
  /**
   * The event does not begin where the ref was decided to stand: either events are missing, or this
   * one comes after later ones.
   *
   * @param decided what the ref was decided to name, newest first; not empty
   * @param forced whether the event may take commits away
   */
  public record Doubt(List<String> decided, boolean forced) {
    public Doubt {
      decided = List.copyOf(decided);
    }
  }

  /** The same about another ref. */
  Ask on(String otherRef) {
    return new Ask(
        version,
        kind,
        otherRef,
        otherRef,
        after,
        before,
        base,
        doubt,
        pullRequest,
        environment,
        cron,
        title,
        author,
        cause);
  }
}
