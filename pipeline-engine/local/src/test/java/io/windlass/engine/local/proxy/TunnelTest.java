package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class TunnelTest {
  private static final String UPGRADE =
      "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: raw\r\n\r\n";

  /** A WebSocket server of the smallest kind: greets, then gives every frame back unmasked. */
  private static void echo(Socket socket) throws Exception {
    String head = RawServer.head(socket);
    String key = head.replaceFirst("(?is).*\r\nsec-websocket-key: ([^\r]+)\r\n.*", "$1");
    byte[] digest =
        MessageDigest.getInstance("SHA-1")
            .digest(
                (key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").getBytes(StandardCharsets.UTF_8));
    // The greeting comes in the same write as the head: a proxy must not lose it.
    RawServer.send(
        socket,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: "
            + Base64.getEncoder().encodeToString(digest)
            + "\r\n\r\n"
            + "\u0081\u0005hello");
    DataInputStream in = new DataInputStream(socket.getInputStream());
    while (true) {
      int first = in.readUnsignedByte();
      int length = in.readUnsignedByte() & 0x7F;
      length = length == 126 ? in.readUnsignedShort() : length;
      byte[] mask = in.readNBytes(4);
      byte[] payload = in.readNBytes(length);
      for (int i = 0; i < length; i++) {
        payload[i] ^= mask[i % 4];
      }
      ByteArrayOutputStream frame = new ByteArrayOutputStream();
      frame.write(first);
      if (length < 126) {
        frame.write(length);
      } else {
        frame.write(126);
        frame.write(length >>> 8);
        frame.write(length);
      }
      frame.write(payload);
      socket.getOutputStream().write(frame.toByteArray());
      if ((first & 0xF) == 8) {
        return;
      }
    }
  }

  /** Keeps what it hears. */
  private static final class Ear implements WebSocket.Listener {

    private final Queue<String> heard = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Integer> ended = new CompletableFuture<>();
    private final StringBuilder part = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket socket, CharSequence data, boolean last) {
      part.append(data);
      if (last) {
        heard.add(part.toString());
        part.setLength(0);
      }
      socket.request(1);
      return null;
    }

    @Override
    public CompletionStage<?> onClose(WebSocket socket, int status, String reason) {
      ended.complete(status);
      return null;
    }

    @Override
    public void onError(WebSocket socket, Throwable error) {
      ended.complete(-1);
    }

    @Override
    public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer data, boolean last) {
      throw new IllegalStateException("only text is echoed here");
    }
  }

  private static WebSocket open(ProxyFixture proxy, Ear ear) throws Exception {
    return proxy
        .client
        .newWebSocketBuilder()
        .connectTimeout(ProxyFixture.PATIENCE)
        .buildAsync(URI.create("ws://127.0.0.1:" + proxy.port + "/live?room=1"), ear)
        .get(20, TimeUnit.SECONDS);
  }

  @Test
  void aWebSocketGoesThroughBothWaysAndIsCounted() throws Exception {
    try (RawServer replica = new RawServer(TunnelTest::echo);
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"))) {
      Ear ear = new Ear();
      WebSocket socket = open(proxy, ear);
      String large = "x".repeat(30_000);

      socket.sendText("one", true).get(20, TimeUnit.SECONDS);
      socket.sendText(large, true).get(20, TimeUnit.SECONDS);

      await().untilAsserted(() -> assertThat(ear.heard).containsExactly("hello", "one", large));
      assertThat(proxy.replica("a").traffic().inFlight()).isEqualTo(1);
      assertThat(proxy.replica("a").traffic().statuses().get(1)).isEqualTo(1);
      socket.sendClose(WebSocket.NORMAL_CLOSURE, "").get(20, TimeUnit.SECONDS);
      assertThat(ear.ended.get(20, TimeUnit.SECONDS)).isEqualTo(WebSocket.NORMAL_CLOSURE);
      assertThat(proxy.logged(1))
          .singleElement()
          .returns(101, Access::status)
          .satisfies(line -> assertThat(line.bytesIn()).isBetween(30_000L, 32_000L))
          .satisfies(line -> assertThat(line.bytesOut()).isBetween(30_000L, 32_000L));
      assertThat(proxy.replica("a").traffic().inFlight()).isZero();
    }
  }

  @Test
  void aDrainCutsATunnelAtItsDeadline() throws Exception {
    try (RawServer replica = new RawServer(TunnelTest::echo);
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"))) {
      Ear ear = new Ear();
      WebSocket socket = open(proxy, ear);
      await().until(() -> ear.heard.size() == 1);

      Drained drained =
          proxy
              .proxy
              .drain("a", Duration.ofMillis(100))
              .toCompletableFuture()
              .get(20, TimeUnit.SECONDS);

      assertThat(drained.complete()).isTrue();
      assertThat(ear.ended.get(20, TimeUnit.SECONDS)).isIn(-1, 1006);
      assertThat(socket.isInputClosed()).isTrue();
    }
  }

  @Test
  void aTunnelInWhichNobodySaysAnythingIsEnded() throws Exception {
    try (RawServer replica = new RawServer(TunnelTest::echo);
        ProxyFixture proxy =
            new ProxyFixture(
                    ProxyFixture.settings(ProxyFixture.TIMEOUTS.withIdle(Duration.ofMillis(200))))
                .everythingTo(replica.readyAs("a"))) {
      Ear ear = new Ear();
      open(proxy, ear);

      assertThat(ear.ended.get(20, TimeUnit.SECONDS)).isIn(-1, 1006);
      await().until(() -> proxy.replica("a").traffic().inFlight() == 0);
    }
  }

  private static void switchProtocols(Socket socket) throws IOException {
    RawServer.head(socket);
    RawServer.send(
        socket, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: raw\r\nConnection: Upgrade\r\n\r\n");
  }

  @Test
  void aTunnelEndsForTheReplicaWhenTheClientIsGone() throws Exception {
    CompletableFuture<Integer> end = new CompletableFuture<>();
    try (RawServer replica =
            new RawServer(socket -> {
              switchProtocols(socket);
              try {
                end.complete(socket.getInputStream().read());
              } catch (IOException reset) {
                end.complete(-1);
              }
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"))) {
      try (Socket client = proxy.connect()) {
        RawServer.send(client, UPGRADE);
        assertThat(RawServer.head(client))
            .startsWith("HTTP/1.1 101 ")
            .contains("Upgrade: raw\r\n", "Connection: Upgrade\r\n");
      }

      assertThat(end.get(20, TimeUnit.SECONDS)).isEqualTo(-1);
      await().until(() -> proxy.replica("a").traffic().inFlight() == 0);
    }
  }

  @Test
  void bytesThatFollowTheUpgradeAtOnceAreNotLost() throws Exception {
    try (RawServer replica =
            new RawServer(socket -> {
              switchProtocols(socket);
              socket.getOutputStream().write(socket.getInputStream().readAllBytes());
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"));
        Socket client = proxy.connect()) {
      RawServer.send(client, UPGRADE + "early");
      RawServer.head(client);
      RawServer.send(client, " and late");
      client.shutdownOutput();

      assertThat(new String(client.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo("early and late");
    }
  }

  @Test
  void anUpgradeThatTheReplicaDeclinesIsAnOrdinaryAnswer() throws Exception {
    try (Replica replica = Replica.named("plain");
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.ready())) {

      String answer =
          proxy.raw(
              "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n");
      HttpResponse<String> next = proxy.get("/");

      assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("plain");
      assertThat(next.body()).isEqualTo("plain");
      await().until(() -> proxy.replica("plain").traffic().inFlight() == 0);
    }
  }

  @Test
  void aReplicaThatLeavesHttpUnaskedIsABadGateway() throws Exception {
    try (RawServer replica =
            new RawServer(socket -> {
              switchProtocols(socket);
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"))) {

      String answer =
          proxy.raw("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");

      assertThat(answer).startsWith("HTTP/1.1 502 ");
    }
  }
}
