package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.windlass.scaler.fleet.Share;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightTest {
  private static final long NOW = System.nanoTime();
  private static final double OLD_LOT = 0.5;
  private static final double NEW_LOT = 0.05;

  private final Upstream old1 = upstream("old1", "1");
  private final Upstream old2 = upstream("old2", "1");
  private final Upstream next = upstream("next", "2");

  private static Upstream upstream(String name, String release) {
    InetSocketAddress address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1000);
    return new Upstream(name, release, "web", address, new Counters());
  }

  private Target target(double percent) {
    Weight weight = new Weight("2", Share.percent(percent));
    Route route = new Route(Optional.empty(), "/", "web", List.of(), Optional.of(weight));
    return new Target(route, List.of(old1, next, old2));
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1, 10, 50, 90, 100})
  void eachSideGetsItsShareAndItsReplicasTakeTurns(double percent) {
    Target target = target(percent);
    Random random = new Random(42);
    Map<String, Integer> given = new HashMap<>();
    int requests = 20_000;

    for (int i = 0; i < requests; i++) {
      Upstream chosen = target.acquire(List.of(), random.nextDouble(), NOW).orElseThrow();
      chosen.giveBack();
      given.merge(chosen.replica(), 1, Integer::sum);
    }

    double share = given.getOrDefault("next", 0) / (double) requests;
    assertThat(share).isCloseTo(percent / 100, within(0.01));
    assertThat(share == 0).isEqualTo(percent == 0);
    assertThat(share == 1).isEqualTo(percent == 100);
    assertThat(given.getOrDefault("old1", 0)).isCloseTo(given.getOrDefault("old2", 0), within(1));
  }

  @Test
  void theOtherSideTakesWhatTheFavouredOneCannot() {
    Target target = target(10);
    next.state(BackendState.DRAINING);
    assertThat(target.acquire(List.of(), NEW_LOT, NOW).orElseThrow().release()).isEqualTo("1");

    next.state(BackendState.READY);
    old1.state(BackendState.DRAINING);
    old2.state(BackendState.DRAINING);
    assertThat(target.acquire(List.of(), OLD_LOT, NOW)).contains(next);
    assertThat(target.acquire(List.of(next), OLD_LOT, NOW)).isEmpty();
  }

  @Test
  void whoRefusesConnectionsIsAskedAfterTheOtherSide() {
    Target target = target(10);
    next.refused(NOW, Duration.ofSeconds(1));
    assertThat(target.acquire(List.of(), NEW_LOT, NOW).orElseThrow().release()).isEqualTo("1");
    assertThat(target.acquire(List.of(old1, old2), NEW_LOT, NOW)).contains(next);
  }

  /** The lots of these sides, one after the other. */
  private static DoubleSupplier lots(Double... lots) {
    var rest = new ArrayList<>(List.of(lots)).iterator();
    return rest::next;
  }

  @Test
  void eachRequestOfAConnectionHasALotOfItsOwn() throws Exception {
    try (Replica old = Replica.named("old");
        Replica next = Replica.named("next");
        ProxyFixture proxy =
            new ProxyFixture(lots(NEW_LOT, OLD_LOT, NEW_LOT))
                .weighing("2", Share.percent(10), old.ready("1"), next.ready("2"))) {
      assertThat(List.of(proxy.get("/").body(), proxy.get("/").body(), proxy.get("/").body()))
          .containsExactly("next", "old", "next");
    }
  }

  @Test
  void aTunnelHasALotToo() throws Exception {
    String upgrade = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n";
    try (RawServer old = new RawServer(socket -> tunnel(socket, "old"));
        RawServer next = new RawServer(socket -> tunnel(socket, "next"));
        ProxyFixture proxy =
            new ProxyFixture(lots(OLD_LOT, NEW_LOT))
                .weighing("2", Share.percent(10), release(old, "1"), release(next, "2"))) {
      assertThat(proxy.raw(upgrade)).startsWith("HTTP/1.1 101 ").endsWith("old");
      assertThat(proxy.raw(upgrade)).startsWith("HTTP/1.1 101 ").endsWith("next");
    }
  }

  private static void tunnel(Socket socket, String name) throws Exception {
    RawServer.head(socket);
    RawServer.send(
        socket,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n" + name);
  }

  private static Backend release(RawServer server, String release) {
    return Backend.ready("of-" + release, release, server.readyAs("any").address());
  }

  @Test
  void aReleaseThatBreaksItsConnectionsCostsNoSafeRequest() throws Exception {
    try (RawServer breaking =
            new RawServer(socket -> {
              RawServer.head(socket);
              RawServer.reset(socket);
            });
        Replica old = Replica.named("old");
        ProxyFixture proxy =
            new ProxyFixture(() -> NEW_LOT)
                .weighing("2", Share.percent(10), old.ready("1"), release(breaking, "2"))) {
      for (int i = 0; i < 10; i++) {
        assertThat(proxy.get("/").body()).isEqualTo("old");
      }
      assertThat(breaking.connections()).isPositive();
    }
  }
}
