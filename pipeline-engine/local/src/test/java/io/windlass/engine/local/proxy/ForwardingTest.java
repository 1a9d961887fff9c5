package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ForwardingTest {

  private final List<String> seen = new CopyOnWriteArrayList<>();

  /**
   * A replica that remembers the headers of its last request, as {@code name: value} with the name
   * in lower case.
   */
  private Replica remembering() throws Exception {
    return Replica.answering(
        "a",
        exchange -> {
          List<String> headers = new ArrayList<>();
          exchange
              .getRequestHeaders()
              .forEach((name, values) ->
                  values.forEach(
                      value -> headers.add(name.toLowerCase(Locale.ROOT) + ": " + value)));
          seen.clear();
          seen.addAll(headers);
          exchange.getResponseHeaders().add("Connection", "X-Secret");
          exchange.getResponseHeaders().add("X-Secret", "1");
          exchange.getResponseHeaders().add("Keep-Alive", "timeout=5");
          exchange.getResponseHeaders().add("Set-Cookie", "a=1");
          exchange.getResponseHeaders().add("Set-Cookie", "b=2");
          Replica.answer(exchange, 200, "ok");
        });
  }

  private static final String SPOOFED =
      "GET / HTTP/1.1\r\nHost: Shop.Example.com:8080\r\nConnection: close\r\n"
          + "X-Forwarded-For: 1.2.3.4\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil\r\n"
          + "X_Forwarded_For: 1.2.3.4\r\nX-Real-IP: 1.2.3.4\r\nForwarded: for=1.2.3.4\r\n\r\n";

  @Test
  void whatAClientSaysAboutItsOriginIsDropped() throws Exception {
    try (Replica replica = remembering();
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready())) {

      proxy.raw(SPOOFED);

      assertThat(seen)
          .contains(
              "host: Shop.Example.com:8080",
              "x-forwarded-for: 127.0.0.1",
              "x-forwarded-proto: http",
              "x-forwarded-host: Shop.Example.com:8080",
              "forwarded: for=127.0.0.1;host=\"Shop.Example.com:8080\";proto=http")
          .noneMatch(header -> header.contains("1.2.3.4") || header.contains("evil"));
      assertThat(proxy.logged(1).getFirst().client()).isEqualTo("127.0.0.1");
    }
  }

  @Test
  void whatATrustedProxySaysIsPassedOn() throws Exception {
    ProxySettings settings =
        ProxyFixture.settings(ProxyFixture.TIMEOUTS).withTrusted(AddressRange.parse("127.0.0.0/8"));
    try (Replica replica = remembering();
        ProxyFixture proxy = new ProxyFixture(settings).everythingTo(replica.ready())) {

      proxy.raw(SPOOFED);

      assertThat(seen)
          .contains(
              "x-forwarded-for: 1.2.3.4, 127.0.0.1",
              "x-forwarded-proto: https",
              "x-forwarded-host: evil",
              "forwarded: for=1.2.3.4, for=127.0.0.1;host=\"Shop.Example.com:8080\";proto=http");
      assertThat(proxy.logged(1).getFirst().client()).isEqualTo("1.2.3.4");
    }
  }

  @Test
  void whatConcernsOneConnectionStaysThere() throws Exception {
    try (Replica replica = remembering();
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready())) {

      String answer =
          proxy.raw(
              "GET / HTTP/1.1\r\nHost: a\r\nConnection: close, Upgrade, HTTP2-Settings, X-Mine, Host\r\nX-Mine: 1\r\n"
                  + "Keep-Alive: 5\r\nTE: trailers\r\nProxy-Authorization: Basic x\r\n"
                  + "Upgrade: h2c\r\nHTTP2-Settings: AAA\r\nX-Yours: 2\r\n\r\n");

      assertThat(answer).startsWith("HTTP/1.1 200");
      assertThat(seen)
          .contains("x-yours: 2", "host: a")
          .noneMatch(header ->
              header.matches(
                  "(connection|x-mine|keep-alive|te|proxy-authorization|upgrade|http2-settings):.*"));
      assertThat(answer)
          .contains("Set-Cookie: a=1\r\n", "Set-Cookie: b=2\r\n")
          .doesNotContainIgnoringCase("x-secret")
          .doesNotContain("Keep-Alive");
    }
  }

  @Test
  void nothingIsMadeUpForTheClient() throws Exception {
    try (Replica replica = remembering();
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready())) {

      proxy.raw("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx");

      assertThat(seen)
          .contains("content-length: 1")
          .noneMatch(header -> header.matches("(user-agent|accept-encoding|content-type|via):.*"));
    }
  }

  @Test
  void aRequestHasAnIdThatIsTheClientsOwnOrANewOne() throws Exception {
    try (Replica replica = remembering();
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready())) {

      proxy.send(proxy.request("/").header("X-Request-Id", "abc-1"));
      assertThat(seen).contains("x-request-id: abc-1");

      proxy.get("/");
      assertThat(seen).anyMatch(header -> header.matches("x-request-id: [0-9a-f]{32}"));

      proxy.send(proxy.request("/").header("X-Request-Id", "x".repeat(1000)));
      assertThat(seen).anyMatch(header -> header.matches("x-request-id: [0-9a-f]{32}"));
    }
  }
}
