package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RetryTest {

  @Test
  void aReplicaThatRefusesIsReplacedAndPassedOver() throws Exception {
    Backend dead = Backend.ready("dead", "1", ProxyFixture.nobody());
    try (Replica alive = Replica.named("alive");
        ProxyFixture proxy =
            new ProxyFixture(
                    ProxyFixture.settings(ProxyFixture.TIMEOUTS.withRefused(Duration.ofMinutes(5))))
                .everythingTo(dead, alive.ready())) {

      for (int i = 0; i < 20; i++) {
        assertThat(proxy.get("/").body()).isEqualTo("alive");
        assertThat(proxy.send(proxy.request("/").POST(BodyPublishers.ofString("x"))).body())
            .isEqualTo("alive");
      }

      assertThat(alive.requests()).isEqualTo(40);
      assertThat(proxy.replica("dead").refusing()).isTrue();
      assertThat(proxy.replica("dead").traffic().requests()).isEqualTo(1);
      assertThat(proxy.replica("dead").traffic().failures()).isEqualTo(1);
      assertThat(proxy.replica("dead").traffic().inFlight()).isZero();
    }
  }

  @Test
  void aSafeRequestIsTriedElsewhereWhenTheConnectionBreaks() throws Exception {
    try (RawServer breaking =
            new RawServer(socket -> {
              RawServer.head(socket);
              RawServer.reset(socket);
            });
        Replica alive = Replica.named("alive");
        ProxyFixture proxy =
            new ProxyFixture().everythingTo(breaking.readyAs("breaking"), alive.ready())) {

      for (int i = 0; i < 10; i++) {
        assertThat(proxy.get("/").body()).isEqualTo("alive");
      }

      assertThat(breaking.connections()).isPositive();
      assertThat(proxy.logged(10)).extracting(Access::attempts).contains(2);
    }
  }

  @Test
  void anUnsafeRequestIsNotSentTwice() throws Exception {
    try (RawServer breaking =
            new RawServer(socket -> {
              RawServer.head(socket);
              socket.getInputStream().read();
              RawServer.reset(socket);
            });
        Replica other = Replica.named("other");
        ProxyFixture proxy =
            new ProxyFixture().everythingTo(breaking.readyAs("breaking"), other.ready())) {

      HttpResponse<String> answer = null;
      int sent = 0;
      while (breaking.connections() == 0) {
        sent++;
        answer = proxy.send(proxy.request("/").POST(BodyPublishers.ofString("pay")));
      }

      assertThat(answer).isNotNull();
      assertThat(answer.statusCode()).isEqualTo(502);
      assertThat(breaking.connections()).isEqualTo(1);
      assertThat(proxy.logged(sent))
          .filteredOn(line -> line.status() == 502)
          .singleElement()
          .returns(1, Access::attempts)
          .returns(Optional.of("breaking"), Access::replica);
    }
  }

  @Test
  void nobodyTakingConnectionsIsUnavailable() throws Exception {
    Backend one = Backend.ready("one", "1", ProxyFixture.nobody());
    Backend two = Backend.ready("two", "1", ProxyFixture.nobody());
    try (ProxyFixture proxy = new ProxyFixture().everythingTo(one, two)) {

      HttpResponse<String> answer = proxy.get("/");

      assertThat(answer.statusCode()).isEqualTo(503);
      assertThat(answer.body()).startsWith("No replica took the request");
      assertThat(proxy.logged(1).getFirst().attempts()).isEqualTo(2);
    }
  }

  @Test
  void aReplicaThatIsTooSlowIsATimeOutAndNotAskedTwice() throws Exception {
    Timeouts hasty = ProxyFixture.TIMEOUTS.withResponse(Duration.ofMillis(200));
    try (RawServer silent = new RawServer(socket -> socket.getInputStream().readAllBytes());
        RawServer alsoSilent = new RawServer(socket -> socket.getInputStream().readAllBytes());
        ProxyFixture proxy =
            new ProxyFixture(ProxyFixture.settings(hasty))
                .everythingTo(silent.readyAs("a"), alsoSilent.readyAs("b"))) {

      HttpResponse<String> answer = proxy.get("/");

      assertThat(answer.statusCode()).isEqualTo(504);
      assertThat(silent.connections() + alsoSilent.connections()).isEqualTo(1);
    }
  }

  @Test
  void anAnswerThatBreaksOffIsNotMadeToLookWhole() throws Exception {
    try (RawServer breaking =
            new RawServer(socket -> {
              RawServer.head(socket);
              RawServer.send(
                  socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
              // Only when the client has the beginning is there an answer to break off.
              socket.getInputStream().read();
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(breaking.readyAs("a"));
        Socket client = proxy.connect()) {
      RawServer.send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
      RawServer.head(client);
      byte[] begun = client.getInputStream().readNBytes(6);

      breaking.close();

      assertThat(new String(begun)).isEqualTo("3\r\nabc");
      assertThat(rest(client)).doesNotContain("0\r\n");
      assertThat(proxy.replica("a").traffic().failures()).isEqualTo(1);
    }
  }

  private static String rest(Socket client) {
    try {
      return new String(client.getInputStream().readAllBytes());
    } catch (IOException reset) {
      return "";
    }
  }

  @Test
  void anAnswerWithALengthThatBreaksOffIsAnErrorToTheClient() throws Exception {
    try (RawServer breaking =
            new RawServer(socket -> {
              RawServer.head(socket);
              RawServer.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc");
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(breaking.readyAs("a"))) {

      assertThatExceptionOfType(IOException.class).isThrownBy(() -> proxy.get("/"));
    }
  }

  @Test
  void aRequestWaitsForAReplicaThatIsOnlyAMomentAway() throws Exception {
    Timeouts holding = ProxyFixture.TIMEOUTS.withHold(Duration.ofSeconds(20));
    try (Replica late = Replica.named("late");
        ProxyFixture proxy = new ProxyFixture(ProxyFixture.settings(holding)).everythingTo()) {
      CompletableFuture<HttpResponse<String>> answer =
          proxy.client.sendAsync(proxy.request("/").build(), HttpResponse.BodyHandlers.ofString());

      proxy.everythingTo(late.ready());

      assertThat(answer.get(20, TimeUnit.SECONDS).body()).isEqualTo("late");
    }
  }

  @Test
  void aRequestThatWaitedInVainIsUnavailable() throws Exception {
    Timeouts holding = ProxyFixture.TIMEOUTS.withHold(Duration.ofMillis(100));
    try (ProxyFixture proxy = new ProxyFixture(ProxyFixture.settings(holding)).everythingTo()) {

      assertThat(proxy.get("/").statusCode()).isEqualTo(503);
      assertThat(proxy.logged(1).getFirst().took()).isGreaterThanOrEqualTo(Duration.ofMillis(90));
      assertThat(proxy.proxy.stats().unanswered()).isEqualTo(Map.of("web", 1L));
    }
  }
}
