package io.windlass.engine.local.protocol;

/** Where a replica stands in its life. */
public enum Phase {
  /** Its process runs and has not been ready yet. */
  STARTING,
  /** It may get traffic. */
  READY,
  /** It was ready and is not now. */
  UNREADY,
  /** Its process has ended and the next try waits for its time. */
  BACKOFF,
  /** As {@link #BACKOFF}, after so many failures in a row that somebody should look. */
  CRASH_LOOPING,
  /** It gets no new requests and finishes those under way. */
  DRAINING,
  /** It was told to end. */
  STOPPING
}
