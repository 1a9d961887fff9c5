package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients see when a proxy ends in an orderly way. */
class HandoverTest {

  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  /** No test waits for one of these: all clients go by themselves. */
  private static final Timeouts PATIENT =
      ProxyFixture.TIMEOUTS
          .withLastRequest(ProxyFixture.PATIENCE)
          .withStop(ProxyFixture.PATIENCE.multipliedBy(2));

  private ServerSocketChannel listening;
  private Replica replica;

  @BeforeEach
  void listen() throws IOException {
    listening =
        ServerSocketChannel.open()
            .bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 128);
    replica = Replica.named("a");
  }

  @AfterEach
  void end() throws IOException {
    replica.close();
    listening.close();
  }

  /** A proxy that was given the listening socket. */
  private ProxyFixture heir(Timeouts timeouts) throws ProxyException {
    ProxySettings settings =
        new ProxySettings(List.of(), true, List.of(), timeouts, Limits.DEFAULT);
    return new ProxyFixture(settings, () -> listening, ProxyFixture.routesTo(replica.ready()));
  }

  /** A connection and what its client does on it. */
  private static final class Client implements AutoCloseable {

    private final Socket socket;

    Client(int port) throws IOException {
      socket = new Socket(InetAddress.getLoopbackAddress(), port);
      socket.setSoTimeout((int) ProxyFixture.PATIENCE.toMillis());
    }

    /**
     * @return whether the answer is the last one on this connection
     * @throws IOException if there is none
     */
    boolean ask() throws IOException {
      RawServer.send(socket, REQUEST);
      return answered();
    }

    boolean answered() throws IOException {
      String head = RawServer.head(socket);
      assertThat(head).startsWith("HTTP/1.1 200 ");
      assertThat(socket.getInputStream().readNBytes(1)).asString().isEqualTo("a");
      return head.contains("Connection: close");
    }

    boolean hasEnded() throws IOException {
      return socket.getInputStream().read() < 0;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }

  @Test
  void noRequestIsLostWhileOneProxyFollowsTheOther() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    List<Future<Integer>> clients = new ArrayList<>();
    ProxyFixture current = heir(PATIENT);
    int port = current.port;
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 8; i++) {
        boolean keepsAlive = i % 2 == 0;
        clients.add(threads.submit(() -> unanswered(port, over, answered, keepsAlive)));
      }
      for (int round = 0; round < 10; round++) {
        int before = answered.get();
        await().atMost(ProxyFixture.PATIENCE).until(() -> answered.get() >= before + 40);
        current.close();
        current = heir(PATIENT);
      }
      over.set(true);
      for (Future<Integer> client : clients) {
        assertThat(client.get(60, TimeUnit.SECONDS)).isZero();
      }
    } finally {
      over.set(true);
      current.close();
    }
  }

  /** Asks until it is over, each time on a new connection or on one for as long as it lasts. */
  private static int unanswered(
      int port, AtomicBoolean over, AtomicInteger answered, boolean keepsAlive) throws IOException {
    int unanswered = 0;
    while (!over.get()) {
      try (Client client = new Client(port)) {
        boolean last = false;
        while (!last && !over.get()) {
          last = client.ask() || !keepsAlive;
          answered.incrementAndGet();
        }
      } catch (IOException | AssertionError e) {
        unanswered++;
      }
    }
    return unanswered;
  }

  @Test
  void whoIsConnectedGetsOneMoreAnswer() throws Exception {
    try (ProxyFixture proxy = heir(PATIENT);
        Client asking = new Client(proxy.port);
        Client keptAlive = new Client(proxy.port);
        Client silent = new Client(proxy.port)) {
      assertThat(keptAlive.ask()).isFalse();
      await().atMost(ProxyFixture.PATIENCE).until(() -> proxy.proxy.stats().connections() == 3);

      Thread closing = Thread.ofVirtual().start(proxy.proxy::close);
      await().atMost(ProxyFixture.PATIENCE).until(asking::ask);

      assertThat(keptAlive.ask()).isTrue();
      assertThat(silent.ask()).isTrue();
      assertThat(silent.hasEnded()).isTrue();
      assertThat(closing.join(ProxyFixture.PATIENCE)).isTrue();
    }
  }

  @Test
  void whoAsksNothingMoreIsLetGoAfterAWhile() throws Exception {
    Timeouts timeouts = PATIENT.withLastRequest(Duration.ofMillis(100));
    try (ProxyFixture proxy = heir(timeouts);
        Client keptAlive = new Client(proxy.port)) {
      keptAlive.ask();

      Thread closing = Thread.ofVirtual().start(proxy.proxy::close);

      assertThat(keptAlive.hasEnded()).isTrue();
      assertThat(closing.join(ProxyFixture.PATIENCE)).isTrue();
    }
  }

  @Test
  void whatWaitsAtAnInheritedSocketIsForTheNextOne() throws Exception {
    ProxyFixture first = heir(PATIENT);
    first.close();
    try (Client waiting = new Client(first.port)) {
      RawServer.send(waiting.socket, REQUEST);

      try (ProxyFixture second = heir(PATIENT)) {
        assertThat(waiting.answered()).isFalse();
        assertThat(second.port).isEqualTo(first.port);
        waiting.close();
      }
    }
  }

  @Test
  void whatWaitsAtASocketOfOurOwnIsAnswered() throws Exception {
    Limits one = new Limits(1, 16, 16, 16, 16 * 1024, 32 * 1024, Limits.DEFAULT.bufferBytes(), 8);
    ProxySettings settings = ProxySettings.onLoopback().withTimeouts(PATIENT).withLimits(one);
    try (ProxyFixture proxy = new ProxyFixture(settings).everythingTo(replica.ready());
        Client served = new Client(proxy.port)) {
      served.ask();
      try (Client waiting = new Client(proxy.port)) {
        RawServer.send(waiting.socket, REQUEST);

        Thread closing = Thread.ofVirtual().start(proxy.proxy::close);

        assertThat(waiting.answered()).isTrue();
        assertThat(served.ask()).isTrue();
        assertThat(closing.join(ProxyFixture.PATIENCE)).isTrue();
      }
    }
  }
}
