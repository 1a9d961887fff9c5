package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class DrainTest {

  private final CountDownLatch mayAnswer = new CountDownLatch(1);

  private Replica slow(String name) throws Exception {
    return Replica.answering(
        name,
        exchange -> {
          try {
            mayAnswer.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
          Replica.answer(exchange, 200, name);
        });
  }

  @Test
  void aDrainWaitsForWhatIsUnderWayAndLetsNothingNewIn() throws Exception {
    try (Replica old = slow("old");
        Replica fresh = Replica.named("fresh");
        ProxyFixture proxy = new ProxyFixture().everythingTo(old.ready())) {
      CompletableFuture<HttpResponse<String>> underWay = getAsync(proxy);
      await().until(() -> old.requests() == 1);
      proxy.everythingTo(old.ready(), fresh.ready());

      CompletableFuture<Drained> drained = drain(proxy, "old", Duration.ofMinutes(1));
      for (int i = 0; i < 5; i++) {
        assertThat(proxy.get("/").body()).isEqualTo("fresh");
      }
      assertThat(drained).isNotDone();
      assertThat(proxy.replica("old").state()).isEqualTo(BackendState.DRAINING);

      mayAnswer.countDown();

      assertThat(drained.get(20, TimeUnit.SECONDS)).isEqualTo(new Drained("old", 0));
      assertThat(underWay.get(20, TimeUnit.SECONDS).body()).isEqualTo("old");
      assertThat(old.requests()).isEqualTo(1);
    }
  }

  @Test
  void aDrainEndsAtItsDeadlineAndSaysWhatIsLeft() throws Exception {
    try (Replica old = slow("old");
        ProxyFixture proxy = new ProxyFixture().everythingTo(old.ready())) {
      CompletableFuture<HttpResponse<String>> underWay = getAsync(proxy);
      await().until(() -> old.requests() == 1);

      Drained drained = drain(proxy, "old", Duration.ofMillis(50)).get(20, TimeUnit.SECONDS);

      assertThat(drained).isEqualTo(new Drained("old", 1));
      mayAnswer.countDown();
      assertThat(underWay.get(20, TimeUnit.SECONDS).body()).isEqualTo("old");
    }
  }

  @Test
  void anUnknownReplicaIsDrainedAtOnce() throws Exception {
    try (ProxyFixture proxy = new ProxyFixture()) {
      assertThat(drain(proxy, "nobody", Duration.ofMinutes(1)))
          .isCompletedWithValue(new Drained("nobody", 0));
    }
  }

  @Test
  void aReplicaThatLeftTheTableFinishesWhatItHas() throws Exception {
    try (Replica old = slow("old");
        ProxyFixture proxy = new ProxyFixture().everythingTo(old.ready())) {
      CompletableFuture<HttpResponse<String>> underWay = getAsync(proxy);
      await().until(() -> old.requests() == 1);

      proxy.proxy.routes(List.of());

      assertThat(proxy.replica("old").traffic().inFlight()).isEqualTo(1);
      CompletableFuture<Drained> drained = drain(proxy, "old", Duration.ofMinutes(1));
      assertThat(drained).isNotDone();
      mayAnswer.countDown();
      assertThat(underWay.get(20, TimeUnit.SECONDS).body()).isEqualTo("old");
      assertThat(drained.get(20, TimeUnit.SECONDS).complete()).isTrue();
    }
  }

  @Test
  void closingLetsWhatIsUnderWayEnd() throws Exception {
    try (Replica old = slow("old");
        ProxyFixture proxy =
            new ProxyFixture(
                    ProxyFixture.settings(ProxyFixture.TIMEOUTS.withStop(Duration.ofSeconds(20))))
                .everythingTo(old.ready())) {
      CompletableFuture<HttpResponse<String>> underWay = getAsync(proxy);
      await().until(() -> old.requests() == 1);

      Thread closing = Thread.ofVirtual().start(proxy.proxy::close);
      await().until(() -> refuses(proxy));
      mayAnswer.countDown();

      assertThat(underWay.get(20, TimeUnit.SECONDS).body()).isEqualTo("old");
      assertThat(underWay.get().headers().firstValue("Connection")).contains("close");
      closing.join();
    }
  }

  private static boolean refuses(ProxyFixture proxy) {
    try {
      proxy.connect().close();
      return false;
    } catch (java.io.IOException refused) {
      return true;
    }
  }

  @Test
  void noRequestFailsWhileReplicasComeDrainAndGo() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    try (ProxyFixture proxy = new ProxyFixture();
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      Replica current = Replica.named("r0");
      proxy.everythingTo(current.ready());
      List<Future<List<String>>> loops = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        boolean post = i % 2 == 0;
        loops.add(clients.submit(() -> failures(proxy, over, answered, post)));
      }
      for (int round = 1; round <= 25; round++) {
        Replica next = Replica.named("r" + round);
        proxy.everythingTo(current.ready(), next.ready());
        int before = answered.get();
        await().atMost(ProxyFixture.PATIENCE).until(() -> answered.get() >= before + 40);
        Drained drained =
            drain(proxy, "r" + (round - 1), Duration.ofSeconds(20)).get(30, TimeUnit.SECONDS);
        assertThat(drained.complete()).isTrue();
        proxy.everythingTo(next.ready());
        current.close();
        current = next;
      }
      over.set(true);
      for (Future<List<String>> loop : loops) {
        assertThat(loop.get(30, TimeUnit.SECONDS)).isEmpty();
      }
      current.close();
      ProxyStats.Traffic traffic = proxy.proxy.stats().releases().getFirst().traffic();
      assertThat(traffic.requests()).isEqualTo(answered.get());
      assertThat(traffic.errors()).isZero();
    }
  }

  /** Asks until it is over; returns what was not as it should be. */
  private static List<String> failures(
      ProxyFixture proxy, AtomicBoolean over, AtomicInteger answered, boolean post) {
    List<String> failures = new ArrayList<>();
    while (!over.get()) {
      try {
        var request = proxy.request("/");
        HttpResponse<String> answer =
            proxy.send(
                post
                    ? request.POST(java.net.http.HttpRequest.BodyPublishers.ofString("x"))
                    : request.GET());
        answered.incrementAndGet();
        if (answer.statusCode() != 200 || !answer.body().startsWith("r")) {
          failures.add(answer.statusCode() + " " + answer.body());
        }
      } catch (Exception e) {
        failures.add(e.toString());
      }
    }
    return failures;
  }

  private static CompletableFuture<Drained> drain(
      ProxyFixture proxy, String replica, Duration deadline) {
    return proxy.proxy.drain(replica, deadline).toCompletableFuture();
  }

  private static CompletableFuture<HttpResponse<String>> getAsync(ProxyFixture proxy) {
    return proxy.client.sendAsync(proxy.request("/").build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void theSameReplicaAtAnotherAddressKeepsBothCounts() throws Exception {
    try (Replica before = Replica.named("a");
        Replica after = Replica.named("a");
        ProxyFixture proxy = new ProxyFixture().everythingTo(before.ready())) {
      proxy.get("/");

      proxy.everythingTo(after.ready());
      proxy.get("/");

      assertThat(after.requests()).isEqualTo(1);
      assertThat(proxy.proxy.stats().releases())
          .singleElement()
          .satisfies(one -> assertThat(one.traffic().requests()).isEqualTo(2));
      assertThat(proxy.logged(2)).extracting(Access::replica).containsOnly(Optional.of("a"));
    }
  }
}
