package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StreamingTest {

  /**
   * More than what the kernel's socket buffers and ours may hold between two ends, far less than a
   * body.
   */
  private static final long MOST_ON_THE_WAY = 48L << 20;

  private static final long BODY = 300L << 20;

  @Test
  void anEventReachesTheClientBeforeTheNextOneIsMade() throws Exception {
    Semaphore next = new Semaphore(0);
    try (RawServer replica =
            new RawServer(socket -> {
              RawServer.head(socket);
              RawServer.send(socket, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
              for (int i = 0; i < 5; i++) {
                next.acquire();
                RawServer.send(socket, "data: " + i + "\n\n");
              }
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"))) {

      HttpResponse<InputStream> stream =
          proxy.client.send(proxy.request("/").build(), HttpResponse.BodyHandlers.ofInputStream());

      // The head is here although there is no event yet.
      assertThat(stream.statusCode()).isEqualTo(200);
      try (BufferedReader events =
          new BufferedReader(new java.io.InputStreamReader(stream.body()))) {
        for (int i = 0; i < 5; i++) {
          next.release();
          assertThat(events.readLine()).isEqualTo("data: " + i);
          assertThat(events.readLine()).isEmpty();
        }
        assertThat(events.readLine()).isNull();
      }
    }
  }

  @Test
  void anUploadWaitsForTheReplicaToReadIt() throws Exception {
    AtomicLong written = new AtomicLong();
    AtomicLong read = new AtomicLong();
    CountDownLatch mayRead = new CountDownLatch(1);
    try (RawServer replica =
            new RawServer(socket -> {
              RawServer.head(socket);
              mayRead.await();
              byte[] buffer = new byte[64 * 1024];
              while (read.get() < BODY) {
                read.addAndGet(socket.getInputStream().read(buffer));
              }
              RawServer.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"));
        Socket client = proxy.connect()) {
      RawServer.send(
          client,
          "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
              .formatted(BODY));
      Thread writer = Thread.ofVirtual().start(() -> write(client, written));

      awaitStandstill(written);
      assertThat(written.get()).isPositive().isLessThan(MOST_ON_THE_WAY);
      mayRead.countDown();

      assertThat(RawServer.head(client)).startsWith("HTTP/1.1 200 ");
      writer.join();
      assertThat(read.get()).isEqualTo(BODY);
      assertThat(proxy.replica("a").traffic().bytesIn()).isBetween(BODY, BODY + 1_000);
    }
  }

  @Test
  void aDownloadWaitsForTheClientToReadIt() throws Exception {
    AtomicLong written = new AtomicLong();
    try (RawServer replica =
            new RawServer(socket -> {
              RawServer.head(socket);
              RawServer.send(
                  socket, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n".formatted(BODY));
              write(socket, written);
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"));
        Socket client = proxy.connect()) {
      RawServer.send(client, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

      awaitStandstill(written);
      assertThat(written.get()).isPositive().isLessThan(MOST_ON_THE_WAY);

      RawServer.head(client);
      assertThat(client.getInputStream().skip(BODY)).isEqualTo(BODY);
      assertThat(client.getInputStream().read()).isEqualTo(-1);
    }
  }

  private static void write(Socket socket, AtomicLong written) {
    byte[] buffer = new byte[64 * 1024];
    try {
      OutputStream out = socket.getOutputStream();
      while (written.get() < BODY) {
        out.write(buffer);
        written.addAndGet(buffer.length);
      }
    } catch (java.io.IOException gone) {
      throw new java.io.UncheckedIOException(gone);
    }
  }

  /** Until nobody can write any more. Were it too early, the test would be milder, not redder. */
  private static void awaitStandstill(AtomicLong written) {
    await().until(() -> written.get() > 0);
    AtomicLong last = new AtomicLong(-1);
    await()
        .pollInterval(Duration.ofMillis(300))
        .atMost(Duration.ofSeconds(60))
        .until(() -> last.getAndSet(written.get()) == written.get());
  }

  @Test
  void theReplicaIsLeftAloneWhenTheClientIsGone() throws Exception {
    CountDownLatch gone = new CountDownLatch(1);
    try (RawServer replica =
            new RawServer(socket -> {
              RawServer.head(socket);
              RawServer.send(socket, "HTTP/1.1 200 OK\r\n\r\n");
              try {
                while (true) {
                  socket.getOutputStream().write(new byte[10_000]);
                }
              } catch (SocketException closed) {
                gone.countDown();
              }
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"))) {
      try (Socket client = proxy.connect()) {
        RawServer.send(client, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
        RawServer.head(client);
      }

      assertThat(gone.await(20, TimeUnit.SECONDS)).isTrue();
      // The client's doing: not an error of the replica.
      assertThat(proxy.logged(1).getFirst().failure()).get().asString().startsWith("client: ");
      assertThat(proxy.replica("a").traffic().failures()).isZero();
      assertThat(proxy.replica("a").traffic().inFlight()).isZero();
    }
  }

  @Test
  void aClientThatGivesUpItsUploadIsNotTheReplicasFailure() throws Exception {
    CountDownLatch ended = new CountDownLatch(1);
    try (RawServer replica =
            new RawServer(socket -> {
              try {
                socket.getInputStream().readAllBytes();
              } finally {
                ended.countDown();
              }
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"))) {
      try (Socket client = proxy.connect()) {
        RawServer.send(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc");
        await().until(() -> replica.connections() == 1);
      }

      assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
      proxy.logged(1);
      assertThat(proxy.replica("a").traffic().failures()).isZero();
    }
  }

  @Test
  void aClientThatAsksFirstSendsItsBodyWhenTheReplicaWantsIt() throws Exception {
    try (RawServer replica =
            new RawServer(socket -> {
              String head = RawServer.head(socket);
              RawServer.send(socket, "HTTP/1.1 100 Continue\r\n\r\n");
              String body = new String(socket.getInputStream().readNBytes(5));
              String answer =
                  body + head.toLowerCase(java.util.Locale.ROOT).contains("100-continue");
              RawServer.send(
                  socket,
                  "HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s"
                      .formatted(answer.length(), answer));
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"))) {

      HttpResponse<String> answer =
          proxy.send(
              proxy.request("/").expectContinue(true).POST(BodyPublishers.ofString("12345")));

      assertThat(answer.body()).isEqualTo("12345true");
    }
  }

  @Test
  void aClientThatAsksFirstKeepsItsBodyWhenTheReplicaDeclines() throws Exception {
    try (RawServer replica =
            new RawServer(socket -> {
              RawServer.head(socket);
              RawServer.send(socket, "HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n");
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"));
        Socket client = proxy.connect()) {
      RawServer.send(
          client, "PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n");

      assertThat(RawServer.head(client)).startsWith("HTTP/1.1 413 ");
    }
  }

  @Test
  void anAnswerToHeadHasTheLengthAndNoBody() throws Exception {
    try (RawServer replica =
            new RawServer(socket -> {
              while (true) {
                RawServer.head(socket);
                RawServer.send(socket, "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\n\r\n");
              }
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"))) {

      String answer = proxy.raw("HEAD / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

      assertThat(answer).contains("Content-Length: 12345\r\n").endsWith("\r\n\r\n");
    }
  }

  @Test
  void trailersOfAnAnswerArePassedOn() throws Exception {
    try (RawServer replica =
            new RawServer(socket -> {
              RawServer.head(socket);
              RawServer.send(
                  socket,
                  "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                      + "3\r\nabc\r\n0\r\nX-Sum: 7\r\n\r\n");
            });
        ProxyFixture proxy = new ProxyFixture().everythingTo(replica.readyAs("a"))) {

      String answer = proxy.raw("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

      assertThat(answer).endsWith("0\r\nX-Sum: 7\r\n\r\n");
    }
  }
}
