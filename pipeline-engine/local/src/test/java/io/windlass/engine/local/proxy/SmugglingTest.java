package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that two servers could understand differently are refused here, so that no replica ever
 * sees them.
 */
class SmugglingTest {

  private static final String INNER = "GET /inner HTTP/1.1\r\nHost: a\r\n\r\n";

  static Stream<Arguments> refused() {
    return Stream.of(
        Arguments.of(
            "length and chunks",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + INNER),
        Arguments.of(
            "two lengths",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 44\r\n\r\n"
                + INNER),
        Arguments.of(
            "a list of lengths",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0, 44\r\n\r\n" + INNER),
        Arguments.of(
            "a length with a sign",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n" + INNER),
        Arguments.of(
            "a negative length",
            "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n" + INNER),
        Arguments.of(
            "a coding before a space",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + INNER),
        Arguments.of(
            "a coding that only looks like chunked",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + INNER),
        Arguments.of(
            "chunked not last",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"
                + INNER),
        Arguments.of(
            "two codings",
            "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
                + INNER),
        Arguments.of("a folded header", "GET / HTTP/1.1\r\nHost: a\r\nX-A: one\r\n two\r\n\r\n"),
        Arguments.of("a bare line feed", "GET / HTTP/1.1\nHost: a\n\n"),
        Arguments.of(
            "a bare carriage return", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\rX-C: d\r\n\r\n"),
        Arguments.of("a null in a header", "GET / HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n"),
        Arguments.of("a space in a header's name", "GET / HTTP/1.1\r\nHost: a\r\nX A: b\r\n\r\n"),
        Arguments.of("no host", "GET / HTTP/1.1\r\nX-A: b\r\n\r\n"),
        Arguments.of("two hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"),
        Arguments.of("a host that is none", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"),
        Arguments.of(
            "another host in the target",
            "GET http://b/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        Arguments.of(
            "an encoded dot segment",
            "GET /a/%2e%2e/b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        Arguments.of(
            "a dot segment with a parameter",
            "GET /a/..;/b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        Arguments.of("HTTP/0.9", "GET /\r\n"),
        Arguments.of("an unknown version", "GET / HTTP/1.9\r\nHost: a\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("refused")
  void anAmbiguousRequestIsRefused(String name, String request) throws Exception {
    try (Replica replica = Replica.named("a");
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready())) {

      String answer = proxy.raw(request);

      assertThat(answer).matches("(?s)HTTP/1.1 (400|405|501|505) .*").containsOnlyOnce("HTTP/1.1 ");
      assertThat(replica.requests()).isZero();
    }
  }

  static Stream<Arguments> brokenChunks() {
    return Stream.of(
        Arguments.of("a size that is no number", "zz\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("a size that is too large", "fffffffffffffffff\r\nabc\r\n0\r\n\r\n"),
        Arguments.of("a chunk longer than it says", "3\r\nabcdef\r\n0\r\n\r\n"),
        Arguments.of("a size that ends in a bare line feed", "3\nabc\r\n0\r\n\r\n"),
        Arguments.of("a negative size", "-3\r\nabc\r\n0\r\n\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("brokenChunks")
  void whatFollowsABrokenChunkIsNotARequest(String name, String body) throws Exception {
    try (Replica replica = Replica.tellingItsPaths("a");
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready())) {

      String answer =
          proxy.raw(
              "POST /outer HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                  + body
                  + INNER);

      assertThat(answer).doesNotContain("/inner").doesNotContain("200 OK");
      assertThat(replica.requests()).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void aHeadThatIsTooLargeIsRefused() throws Exception {
    try (Replica replica = Replica.named("a");
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready())) {

      String answer =
          proxy.raw("GET / HTTP/1.1\r\nHost: a\r\nX-A: " + "a".repeat(20_000) + "\r\n\r\n");
      String longTarget = proxy.raw("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: a\r\n\r\n");

      assertThat(answer).startsWith("HTTP/1.1 431 ");
      assertThat(longTarget).startsWith("HTTP/1.1 414 ");
      assertThat(replica.requests()).isZero();
    }
  }

  @Test
  void anAnswerWhoseHeadIsTooLargeIsABadGateway() throws Exception {
    try (RawServer replica =
            new RawServer(socket -> {
              RawServer.head(socket);
              RawServer.send(
                  socket,
                  "HTTP/1.1 200 OK\r\nX-A: "
                      + "a".repeat(60_000)
                      + "\r\nContent-Length: 0\r\n\r\n");
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"))) {

      assertThat(
              proxy
                  .send(proxy.request("/").POST(java.net.http.HttpRequest.BodyPublishers.noBody()))
                  .statusCode())
          .isEqualTo(502);
    }
  }

  @Test
  void oneRequestAfterAnotherOnAConnectionAreTwo() throws Exception {
    try (Replica replica = Replica.tellingItsPaths("a");
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready())) {

      String answer =
          proxy.raw(
              "POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc"
                  + "GET /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

      assertThat(answer).contains("\r\n\r\n/1").endsWith("\r\n\r\n/2");
    }
  }
}
