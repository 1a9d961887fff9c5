package io.windlass.scaler.fleet;

import java.time.Instant;

/**
 * One member of a fleet as its target sees it.
 *
 * @param id unique within the fleet, and equal to the {@code replica} label of its metrics
 * @param release the release that it runs, as the target names it
 * @param since when it entered this state
 */
public record Replica(String id, String release, State state, Instant since) {
  /** Where a replica is in its life. */
  public enum State {
    /** Asked for and not ready yet. Counts as capacity to come. */
    STARTING,
    /** Serves. */
    READY,
    /**
     * Could serve, and gets no requests: one side of a blue-green rollout. It has no part in the
     * load and is no capacity for it.
     */
    STANDBY,
    /** Was ready, and its health check fails now. */
    UNREADY,
    /** Drains; takes no new work. */
    STOPPING,
    /** Died and waits for its next start, or was given up as crash looping. */
    FAILED
  }
}
