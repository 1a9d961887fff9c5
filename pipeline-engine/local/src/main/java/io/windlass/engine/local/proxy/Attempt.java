package io.windlass.engine.local.proxy;

import java.util.concurrent.atomic.AtomicBoolean;

/** One request given to one replica. Holds the replica's place until it is over. */
final class Attempt {

  private final Upstream upstream;
  private final AtomicBoolean over = new AtomicBoolean();
  private volatile boolean connected;

  Attempt(Upstream upstream) {
    this.upstream = upstream;
    upstream.counters().request();
  }

  Upstream upstream() {
    return upstream;
  }

  /** There is a connection, and from now on bytes may be on their way. */
  void connected() {
    connected = true;
  }

  /** Whether the replica may have seen a byte of the request. */
  boolean mayHaveBeenSeen() {
    return connected;
  }

  /** Gives the place back, once. */
  void end() {
    if (over.compareAndSet(false, true)) {
      upstream.giveBack();
    }
  }
}
