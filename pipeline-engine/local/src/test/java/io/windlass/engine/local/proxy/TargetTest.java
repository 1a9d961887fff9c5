package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class TargetTest {

  private static final Route ROUTE = new Route(Optional.empty(), "/", "web", List.of());
  private static final long NOW = System.nanoTime();
  private static final double LOT = 0.5;

  private final List<Upstream> replicas = IntStream.range(0, 3).mapToObj(this::upstream).toList();
  private final Target target = new Target(ROUTE, replicas);

  private Upstream upstream(int index) {
    return new Upstream(
        "r" + index,
        "1",
        "web",
        new InetSocketAddress(InetAddress.getLoopbackAddress(), 1000 + index),
        new Counters());
  }

  @Test
  void equalsTakeTurns() {
    Map<String, Integer> given = new HashMap<>();
    for (int i = 0; i < 30; i++) {
      Upstream chosen = target.acquire(List.of(), LOT, NOW).orElseThrow();
      chosen.giveBack();
      given.merge(chosen.replica(), 1, Integer::sum);
    }

    assertThat(given).containsOnly(Map.entry("r0", 10), Map.entry("r1", 10), Map.entry("r2", 10));
  }

  @Test
  void theOneWithTheFewestUnderWayIsNext() {
    for (int i = 0; i < 5; i++) {
      assertThat(replicas.get(0).acquire()).isTrue();
      assertThat(replicas.get(2).acquire()).isTrue();
    }

    for (int i = 0; i < 5; i++) {
      assertThat(target.acquire(List.of(), LOT, NOW)).contains(replicas.get(1));
    }
  }

  @Test
  void aDrainingOneGetsNothing() {
    var _ = replicas.get(0).drain();
    replicas.get(1).state(BackendState.DRAINING);

    assertThat(target.acquire(List.of(), LOT, NOW)).contains(replicas.get(2));
    assertThat(target.acquire(List.of(replicas.get(2)), LOT, NOW)).isEmpty();
    assertThat(replicas.get(0).inFlight()).isZero();
  }

  @Test
  void oneThatRefusedIsTheLastChoiceForAMoment() {
    replicas.get(0).refused(NOW, Duration.ofSeconds(1));
    replicas.get(1).refused(NOW, Duration.ofSeconds(1));

    for (int i = 0; i < 9; i++) {
      assertThat(target.acquire(List.of(), LOT, NOW)).contains(replicas.get(2));
    }
    assertThat(target.acquire(List.of(replicas.get(2)), LOT, NOW)).isPresent();
    assertThat(replicas.get(0).refusing(NOW + Duration.ofSeconds(2).toNanos())).isFalse();
  }

  @Test
  void aDrainIsDoneWithTheLastRequest() {
    Upstream replica = replicas.get(0);
    assertThat(replica.acquire()).isTrue();
    assertThat(replica.acquire()).isTrue();

    var drained = replica.drain();

    replica.giveBack();
    assertThat(drained).isNotDone();
    replica.giveBack();
    assertThat(drained).isDone();
    assertThat(replica.acquire()).isFalse();
  }
}
