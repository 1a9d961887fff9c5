package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ProxyTest {

  @Test
  void anAnswerComesBackAsTheReplicaGaveIt() throws Exception {
    try (Replica replica =
            Replica.answering(
                "a",
                exchange -> {
                  exchange.getResponseHeaders().add("X-Shop", "one");
                  exchange.getResponseHeaders().add("X-Shop", "two");
                  Replica.answer(exchange, 201, exchange.getRequestURI().toString());
                });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready())) {

      HttpResponse<String> answer = proxy.get("/a%20b//c%2Fd?q=1&q=%7C");

      assertThat(answer.statusCode()).isEqualTo(201);
      assertThat(answer.headers().allValues("X-Shop")).containsExactly("one", "two");
      assertThat(answer.headers().firstValue("Server")).isEmpty();
      assertThat(answer.headers().allValues("Date")).hasSize(1);
      assertThat(answer.body()).isEqualTo("/a%20b//c%2Fd?q=1&q=%7C");
    }
  }

  @Test
  void aBodyGoesToTheReplicaAndBack() throws Exception {
    try (Replica replica =
            Replica.answering(
                "a",
                exchange -> {
                  byte[] body = exchange.getRequestBody().readAllBytes();
                  exchange.sendResponseHeaders(200, 0);
                  exchange.getResponseBody().write(body);
                });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready())) {

      HttpResponse<String> answer =
          proxy.send(proxy.request("/").POST(BodyPublishers.ofString("x".repeat(100_000))));

      assertThat(answer.body()).hasSize(100_000);
    }
  }

  @Test
  void anUnknownHostIsToldSo() throws Exception {
    try (Replica replica = Replica.named("a");
        ProxyFixture proxy = new ProxyFixture()) {
      proxy.proxy.routes(List.of(Route.of("shop.example.com", "web", List.of(replica.ready()))));

      HttpResponse<String> answer = proxy.get("/");

      assertThat(answer.statusCode()).isEqualTo(404);
      assertThat(answer.body()).contains("\"127.0.0.1\"");
      assertThat(proxy.proxy.stats().unrouted()).isEqualTo(1);
    }
  }

  @Test
  void nobodyReadyIsUnavailableWithAReasonInTheFormThatTheClientLikes() throws Exception {
    try (ProxyFixture proxy = new ProxyFixture().everythingTo()) {

      HttpResponse<String> text = proxy.get("/");
      HttpResponse<String> json =
          proxy.send(proxy.request("/").header("Accept", "application/json"));

      assertThat(text.statusCode()).isEqualTo(503);
      assertThat(text.headers().firstValue("Retry-After")).contains("1");
      assertThat(text.body()).startsWith("No replica is ready");
      assertThat(json.body())
          .isEqualTo("{\"status\":503,\"error\":\"No replica is ready; try again in a moment\"}\n");
      assertThat(proxy.proxy.stats().unanswered()).containsEntry("web", 2L);
    }
  }

  @Test
  void whatWentThroughIsCountedPerReplicaAndRelease() throws Exception {
    try (Replica first =
            Replica.answering(
                "a",
                exchange ->
                    Replica.answer(
                        exchange,
                        exchange.getRequestURI().getPath().equals("/bad") ? 500 : 200,
                        "12345"));
        ProxyFixture proxy = new ProxyFixture().everythingTo(first.ready("7"))) {
      proxy.get("/");
      proxy.send(proxy.request("/").POST(BodyPublishers.ofString("123")));
      proxy.get("/bad");

      ProxyStats.Traffic traffic = proxy.replica("a").traffic();

      assertThat(traffic.requests()).isEqualTo(3);
      assertThat(traffic.errors()).isEqualTo(1);
      assertThat(traffic.statuses()).containsExactly(0L, 0L, 2L, 0L, 0L, 1L);
      assertThat(traffic.bytesIn()).isBetween(3L, 3_000L);
      assertThat(traffic.bytesOut()).isBetween(15L, 3_000L);
      assertThat(traffic.latency().count()).isEqualTo(3);
      assertThat(proxy.proxy.stats().releases())
          .singleElement()
          .satisfies(release -> assertThat(release.traffic().requests()).isEqualTo(3));
    }
  }

  @Test
  void aReleaseKeepsItsCountsWhenItsReplicasAreGone() throws Exception {
    try (Replica replica = Replica.named("a");
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready("7"))) {
      proxy.get("/");

      proxy.proxy.routes(List.of());

      await().untilAsserted(() -> assertThat(proxy.proxy.stats().replicas()).isEmpty());
      assertThat(proxy.proxy.stats().releases())
          .singleElement()
          .satisfies(release -> {
            assertThat(release.release()).isEqualTo("7");
            assertThat(release.fleet()).isEqualTo("web");
            assertThat(release.traffic().requests()).isEqualTo(1);
          });
    }
  }

  @Test
  void theAccessLogHasThePathAndNotTheQuery() throws Exception {
    try (Replica replica = Replica.named("a");
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready("7"))) {

      proxy.send(proxy.request("/login?token=s3cret").header("X-Request-Id", "id-1"));

      Access line = proxy.logged(1).getFirst();
      assertThat(line.toString()).doesNotContain("s3cret");
      assertThat(line)
          .returns("/login", Access::path)
          .returns("id-1", Access::requestId)
          .returns(200, Access::status)
          .returns(Optional.of("a"), Access::replica)
          .returns(Optional.of("7"), Access::release)
          .returns(Optional.empty(), Access::failure);
    }
  }
}
