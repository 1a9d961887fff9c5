package io.windlass.engine.local.sandbox;

import io.windlass.engine.local.sandbox.LoopbackFilter.Confined;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Networks for steps, each sent for by a user of its own that is kept from this machine's services.
 * Thread-safe.
 */
final class Networks {
  /** What is given back when a network is closed. */
  private record Held(String mark, int user) {}

  private final Isolation isolation;
  private final Users users;
  private final Map<HeldNetwork, Held> made = new ConcurrentHashMap<>();

  Networks(Isolation isolation, Users users) {
    this.isolation = isolation;
    this.users = users;
  }

  /** A new one; empty where this machine cannot make any. */
  Optional<HeldNetwork> make() throws IOException {
    Optional<OwnNetwork> maker = isolation.sandbox().networks();
    return maker.isEmpty() ? Optional.empty() : Optional.of(make(maker.get()));
  }

  private HeldNetwork make(OwnNetwork maker) throws IOException {
    String mark = "network-" + UUID.randomUUID();
    Held held = new Held(mark, users.acquire(mark));
    boolean done = false;
    try {
      isolation.loopback().confine(mark, new Confined(held.user(), Optional.empty(), false));
      boolean drops = isolation.sandbox().dropsUser();
      HeldNetwork network = maker.make(drops ? Optional.of(held.user()) : Optional.empty());
      made.put(network, held);
      done = true;
      return network;
    } finally {
      if (!done) {
        forget(held);
      }
    }
  }

  /** Ends a network, when whoever was in it has ended. */
  void giveBack(HeldNetwork network) {
    network.close();
    Held held = made.remove(network);
    if (held != null) {
      forget(held);
    }
  }

  private void forget(Held held) {
    isolation.loopback().release(held.mark());
    users.release(held.user());
  }
}
