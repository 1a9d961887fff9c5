package io.windlass.engine.local.proxy;

/** Whether a replica may be given new requests. */
public enum BackendState {
  /** Gets new requests. */
  READY,
  /** Finishes what it has, gets nothing new. */
  DRAINING
}
