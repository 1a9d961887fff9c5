package io.windlass.engine.rollout;

import io.windlass.scaler.fleet.Share;
import java.util.Optional;

/**
 * How each fleet of an environment, and its requests, are divided between a release and what ran
 * before it. The totals stay the scaler's: a division says shares, and the target multiplies
 * whenever a total changes.
 */
public sealed interface Division {
  /**
   * Nothing stays of what ran before: a few replicas at a time are replaced, and requests go to
   * whichever is ready. What every rollout ends with, and all that a rolling one asks for.
   */
  record Replace() implements Division {}

  /**
   * A canary: the release gets this share of the replicas and of the requests, what ran before
   * keeps the rest. Where a target cannot weigh requests they follow the replicas.
   *
   * @param share more than nothing and less than all
   */
  record Part(Share share) implements Division {
    public Part {
      if (share.fraction() <= 0 || share.fraction() >= 1) {
        throw new IllegalArgumentException(
            "Tried to give a canary " + share + "; use more than 0% and less than 100%");
      }
    }
  }

  /**
   * Blue-green: both have as many replicas as the total, and all requests go to one of them.
   *
   * @param live whether to the release; before that only what ran before serves
   */
  record Beside(boolean live) implements Division {}

  /** How many replicas of a total are to be of the release. */
  default int ofRelease(int total) {
    return switch (this) {
      case Replace replace -> total;
      case Part(var share) -> share.of(total);
      case Beside beside -> total;
    };
  }

  /**
   * How many replicas of a total are to stay of what ran before. A canary's rest is rounded up as
   * its share is: while requests are weighed, neither side has to answer more of them with a
   * replica than the whole fleet did, also where both together are one more than the total.
   */
  default int ofBefore(int total) {
    return switch (this) {
      case Replace replace -> 0;
      case Part(var share) -> new Share(1 - share.fraction()).of(total);
      case Beside beside -> total;
    };
  }

  /** The requests that go to the release; empty where they go to whichever replica is ready. */
  default Optional<Share> requests() {
    return switch (this) {
      case Replace replace -> Optional.empty();
      case Part(var share) -> Optional.of(share);
      case Beside(var live) -> Optional.of(live ? Share.ALL : Share.NONE);
    };
  }
}
