package io.windlass.engine.local.keeper;

import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.proxy.Proxy;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The replicas that get no more requests, and which of them have answered their last. For one
 * thread.
 */
final class Drains {
  private final Proxy proxy;
  private final Releases releases;
  private final Consumer<Runnable> thread;
  private final Map<String, Boolean> over = new HashMap<>();

  /**
   * @param thread runs what it is given on the thread that everything here is called on
   */
  Drains(Proxy proxy, Releases releases, Consumer<Runnable> thread) {
    this.proxy = proxy;
    this.releases = releases;
    this.thread = thread;
  }

  /** Whether the replica has answered its last request. */
  boolean over(String replica) {
    return over.getOrDefault(replica, false);
  }

  /** Its process is gone; the next one has a drain of its own. */
  void forget(String replica) {
    over.remove(replica);
  }

  /** Begins the drains that the state asks for and that have not begun. */
  void begin(KeeperState state) {
    for (Member member : state.members().values()) {
      if (member.phase() == Phase.DRAINING && !over.containsKey(member.id())) {
        begin(member);
      }
    }
    over.keySet().retainAll(state.members().keySet());
  }

  private void begin(Member member) {
    boolean serves = member.running().flatMap(r -> r.port()).isPresent();
    over.put(member.id(), !serves);
    if (serves) {
      Duration patience =
          releases
              .process(member.release(), member.process())
              .map(ProcessSpec::drain)
              .orElse(Duration.ZERO);
      proxy
          .drain(member.id(), patience)
          .thenRun(() -> thread.accept(() -> over.computeIfPresent(member.id(), (_, _) -> true)));
    }
  }
}
