package io.windlass.engine.local.proxy;

import static org.awaitility.Awaitility.await;

import io.windlass.scaler.fleet.Share;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.DoubleSupplier;

/** A started proxy with a client beside it. */
final class ProxyFixture implements AutoCloseable {

  /** Nothing in a test should take this long. */
  static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Short where a test would wait for it. */
  static final Timeouts TIMEOUTS =
      new Timeouts(
          Duration.ofSeconds(2),
          Duration.ofSeconds(15),
          Duration.ofSeconds(15),
          Duration.ofSeconds(15),
          Duration.ofSeconds(30),
          Duration.ofSeconds(4),
          Duration.ZERO,
          Duration.ofMillis(500),
          Duration.ofMillis(100),
          Duration.ofMillis(500));

  final Queue<Access> log = new ConcurrentLinkedQueue<>();
  final Proxy proxy;
  final int port;
  final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(PATIENCE).build();

  ProxyFixture(ProxySettings settings) throws ProxyException {
    this(settings, Jetty::inherited, List.of());
  }

  /** Serves the routes from its first request on. */
  ProxyFixture(ProxySettings settings, Jetty.Inherited inherited, List<Route> routes)
      throws ProxyException {
    this(new Random(1)::nextDouble, settings, inherited, routes);
  }

  /** Decides between releases by these lots. */
  ProxyFixture(DoubleSupplier lots) throws ProxyException {
    this(lots, settings(TIMEOUTS), Jetty::inherited, List.of());
  }

  private ProxyFixture(
      DoubleSupplier lots, ProxySettings settings, Jetty.Inherited inherited, List<Route> routes)
      throws ProxyException {
    this.proxy = new Proxy(settings, log::add, inherited, lots);
    proxy.routes(routes);
    this.port = proxy.start();
  }

  ProxyFixture() throws ProxyException {
    this(settings(TIMEOUTS));
  }

  static ProxySettings settings(Timeouts timeouts) {
    return ProxySettings.onLoopback().withTimeouts(timeouts);
  }

  /** Everything goes to these replicas of fleet "web". */
  ProxyFixture everythingTo(Backend... backends) {
    proxy.routes(routesTo(backends));
    return this;
  }

  /** The same, with this share of the requests for the release. */
  ProxyFixture weighing(String release, Share share, Backend... backends) {
    proxy.routes(
        List.of(
            new Route(
                Optional.empty(),
                "/",
                "web",
                List.of(backends),
                Optional.of(new Weight(release, share)))));
    return this;
  }

  static List<Route> routesTo(Backend... backends) {
    return List.of(new Route(Optional.empty(), "/", "web", List.of(backends)));
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri(path)).timeout(PATIENCE);
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path).GET());
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  /** A connection of our own, for what a well-behaved client would not send. */
  Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  /**
   * Sends these bytes on a connection of its own and returns everything that comes back until its
   * end.
   */
  String raw(String text) throws IOException {
    try (Socket socket = connect()) {
      RawServer.send(socket, text);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  /** An address where nobody listens. */
  static InetSocketAddress nobody() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return new InetSocketAddress(taken.getInetAddress(), taken.getLocalPort());
    }
  }

  /**
   * The access log, once it has so many lines: a line is written after the client has its answer.
   */
  List<Access> logged(int lines) {
    await().atMost(PATIENCE).until(() -> log.size() >= lines);
    return List.copyOf(log);
  }

  ProxyStats.ReplicaStats replica(String id) {
    return proxy.stats().replicas().stream()
        .filter(one -> one.replica().equals(id))
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() {
    client.shutdownNow();
    proxy.close();
  }
}
