package io.windlass.engine.local.plan;

/** One thing to do. */
public sealed interface Action {
  /** A new replica of this release. */
  record Start(String release) implements Action {}

  /** Another process for a replica whose last one has ended. */
  record Restart(String replica) implements Action {}

  /** No new requests for this replica, then its end. */
  record Drain(String replica) implements Action {}
}
