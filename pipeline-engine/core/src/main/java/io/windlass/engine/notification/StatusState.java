package io.windlass.engine.notification;

import io.windlass.engine.source.CommitStatus;
import io.windlass.engine.source.RepositoryName;
import java.util.Optional;

/**
 * The mark of one context on one commit.
 *
 * @param wish the newest state that it should show
 * @param busy an effect or a timer is under way, and what is newer waits for its end
 * @param rounds how often the host could not be reached in a row
 * @param problem why the last try did not succeed
 */
public record StatusState(Optional<Wish> wish, boolean busy, int rounds, Optional<String> problem) {
  static final StatusState NEW = new StatusState(Optional.empty(), false, 0, Optional.empty());

  /** A state to show, with its place in the order of states. */
  public record Wish(RepositoryName repository, long order, CommitStatus status) {}

  StatusState wishing(Wish newer) {
    return new StatusState(Optional.of(newer), busy, rounds, problem);
  }

  StatusState sending() {
    return new StatusState(wish, true, rounds, problem);
  }

  StatusState waiting(int round, String reason) {
    return new StatusState(wish, true, round, Optional.of(reason));
  }

  StatusState idle(Optional<String> reason) {
    return new StatusState(wish, false, 0, reason);
  }
}
