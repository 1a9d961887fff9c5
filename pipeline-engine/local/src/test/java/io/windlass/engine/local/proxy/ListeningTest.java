package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class ListeningTest {

  private static InetSocketAddress loopback(int port) {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  @Test
  void anAddressThatIsTakenIsSaidByName() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Proxy proxy = new Proxy(ProxySettings.listeningOn(loopback(taken.getLocalPort())))) {

      assertThatExceptionOfType(ProxyException.class)
          .isThrownBy(proxy::start)
          .withMessageContaining(":" + taken.getLocalPort())
          .withMessageContaining("in use");
    }
  }

  @Test
  void everyAddressIsServed() throws Exception {
    ProxySettings settings = ProxySettings.listeningOn(loopback(0), loopback(0));
    try (Replica replica = Replica.named("a");
        ProxyFixture proxy = new ProxyFixture(settings).everythingTo(replica.ready())) {
      List<InetSocketAddress> addresses = proxy.proxy.addresses();

      assertThat(addresses).hasSize(2).doesNotHaveDuplicates();
      for (InetSocketAddress address : addresses) {
        try (Socket client = new Socket(address.getAddress(), address.getPort())) {
          RawServer.send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
          assertThat(RawServer.head(client)).startsWith("HTTP/1.1 200 ");
        }
      }
    }
  }

  @Test
  void withoutAnInheritedSocketTheStartFails() {
    ProxySettings settings = ProxySettings.onLoopback().withInheritedSocket();
    try (Proxy proxy = new Proxy(settings)) {
      assertThatExceptionOfType(ProxyException.class)
          .isThrownBy(proxy::start)
          .withMessageContaining("StandardInput=socket");
    }
  }

  @Test
  void aClientThatDribblesItsHeadIsCutOff() throws Exception {
    ProxySettings settings =
        ProxyFixture.settings(ProxyFixture.TIMEOUTS.withClientHead(Duration.ofMillis(300)));
    try (Replica replica = Replica.named("a");
        ProxyFixture proxy = new ProxyFixture(settings).everythingTo(replica.ready());
        Socket dribbling = proxy.connect();
        Socket silent = proxy.connect();
        Socket second = proxy.connect()) {
      RawServer.send(dribbling, "GET / HT");
      RawServer.send(second, "GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nX-");

      assertThat(RawServer.head(second)).startsWith("HTTP/1.1 200 ");
      await().atMost(ProxyFixture.PATIENCE).until(() -> proxy.proxy.stats().connections() == 0);
      assertThat(replica.requests()).isEqualTo(1);
    }
  }

  @Test
  void aConnectionThatAsksNothingMoreIsEndedAfterAWhile() throws Exception {
    ProxySettings settings =
        ProxyFixture.settings(ProxyFixture.TIMEOUTS.withKeepAlive(Duration.ofMillis(300)));
    try (Replica replica = Replica.named("a");
        ProxyFixture proxy = new ProxyFixture(settings).everythingTo(replica.ready());
        Socket client = proxy.connect()) {
      RawServer.send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");

      assertThat(new String(client.getInputStream().readAllBytes())).endsWith("\r\n\r\na");
    }
  }

  @Test
  void aClientThatStopsWithinItsBodyIsCutOff() throws Exception {
    ProxySettings settings =
        ProxyFixture.settings(ProxyFixture.TIMEOUTS.withIdle(Duration.ofMillis(300)));
    try (Replica replica = Replica.named("a");
        ProxyFixture proxy = new ProxyFixture(settings).everythingTo(replica.ready());
        Socket client = proxy.connect()) {
      RawServer.send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc");

      client.getInputStream().readAllBytes();

      proxy.logged(1);
      assertThat(proxy.replica("a").traffic().failures()).isZero();
    }
  }

  @Test
  void aSlowAnswerOutlivesTheClientsIdleTime() throws Exception {
    ProxySettings settings =
        ProxyFixture.settings(ProxyFixture.TIMEOUTS.withIdle(Duration.ofMillis(100)));
    try (RawServer replica =
            new RawServer(socket -> {
              RawServer.head(socket);
              // Only the replica's time to answer counts here, and that is 15 s.
              await().pollDelay(Duration.ofMillis(400)).until(() -> true);
              RawServer.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            });
        ProxyFixture proxy = new ProxyFixture(settings).everythingTo(replica.readyAs("a"))) {

      assertThat(proxy.get("/").body()).isEqualTo("ok");
    }
  }

  @Test
  void connectionsBeyondTheLimitWaitTheirTurn() throws Exception {
    Limits d = Limits.DEFAULT;
    ProxySettings settings =
        ProxyFixture.settings(ProxyFixture.TIMEOUTS)
            .withLimits(
                new Limits(
                    2,
                    d.backendConnections(),
                    d.queued(),
                    d.held(),
                    d.requestHead(),
                    d.responseHead(),
                    d.bufferBytes(),
                    d.threads()));
    try (Replica replica = Replica.named("a");
        ProxyFixture proxy = new ProxyFixture(settings).everythingTo(replica.ready());
        Socket first = proxy.connect();
        Socket second = proxy.connect()) {
      await().until(() -> proxy.proxy.stats().connections() == 2);
      try (Socket third = proxy.connect()) {
        RawServer.send(third, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        first.close();
        second.close();

        assertThat(RawServer.head(third)).startsWith("HTTP/1.1 200 ");
      }
    }
  }
}
