package io.windlass.engine.local.plan;

import io.windlass.engine.local.protocol.Phase;
import java.time.Instant;

/**
 * A replica as the planner sees it. It keeps its slot while its process is restarted.
 *
 * @param born when the replica was first started
 * @param since start of the phase
 * @param retryAt when its next process may start, of use in BACKOFF and CRASH_LOOPING only
 */
public record Slot(
    String id, String release, Phase phase, Instant born, Instant since, Instant retryAt) {

  boolean ready() {
    return phase == Phase.READY;
  }

  /** Whether it is there to stay: leaving replicas are nobody's capacity. */
  boolean stays() {
    return switch (phase) {
      case STARTING, READY, UNREADY, BACKOFF, CRASH_LOOPING -> true;
      case DRAINING, STOPPING -> false;
    };
  }

  boolean waitsForRetry() {
    return phase == Phase.BACKOFF || phase == Phase.CRASH_LOOPING;
  }
}
