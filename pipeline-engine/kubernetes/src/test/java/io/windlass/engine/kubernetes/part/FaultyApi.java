package io.windlass.engine.kubernetes.part;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a client and a cluster's API server and goes wrong on order: connections break or
 * are refused, and requests are answered with an error, or not at all.
 */
public final class FaultyApi implements AutoCloseable {
  private static final int FORBIDDEN = 403;
  private static final int HANG = 0;

  private record Fault(
      String method, String path, Optional<Runnable> first, int status, AtomicInteger times) {
    boolean hits(String asked, String at) {
      return (method.isEmpty() || method.equals(asked))
          && at.contains(path)
          && times.getAndUpdate(n -> Math.max(0, n - 1)) > 0;
    }
  }

  private final URI api;
  private final Path kubeconfig;
  private final HttpServer faults;
  private final List<Fault> orders = new CopyOnWriteArrayList<>();
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Set<Socket> dead = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final AtomicInteger written = new AtomicInteger();
  private final int port;
  private final ServerSocket watches;
  private volatile CountDownLatch news = new CountDownLatch(0);
  private volatile ServerSocket server;

  private FaultyApi(KubeCluster cluster, Path kubeconfig) throws IOException {
    this.api = cluster.url();
    this.server = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    this.port = server.getLocalPort();
    this.watches = new ServerSocket(0, 64, InetAddress.getLoopbackAddress());
    this.kubeconfig = Files.createTempFile("faulty", ".kubeconfig");
    Files.writeString(
        this.kubeconfig,
        Files.readString(kubeconfig).replace(api.toString(), "https://127.0.0.1:" + port));
    this.faults = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 64);
    faults.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    faults.createContext("/", this::fault);
    faults.start();
    accept(server);
    accept(watches);
  }

  /** In front of a cluster, for the user who may do everything. */
  public static FaultyApi before(KubeCluster cluster) throws IOException {
    return new FaultyApi(cluster, cluster.kubeconfig());
  }

  /** The same for the user of a kubeconfig. */
  public static FaultyApi before(KubeCluster cluster, Path kubeconfig) throws IOException {
    return new FaultyApi(cluster, kubeconfig);
  }

  /** Leads through here. */
  public Path kubeconfig() {
    return kubeconfig;
  }

  /** Makes requests go wrong; a part of every client that is to suffer. */
  public Interceptor interceptor() {
    return new Interceptor() {
      @Override
      public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        boolean reads =
            request.method().equals("GET")
                || request.uri().getPath().endsWith("/selfsubjectaccessreviews");
        if (!reads) {
          written.incrementAndGet();
        }
        if (request.uri().getPort() == port && isWatch(request.uri())) {
          builder.uri(through(request.uri(), watches.getLocalPort()));
        }
        Optional<Fault> fault =
            orders.stream()
                .filter(o -> o.hits(request.method(), request.uri().toString()))
                .findFirst();
        fault.ifPresent(f ->
            f.first()
                .ifPresentOrElse(
                    Runnable::run,
                    () ->
                        builder.uri(
                            URI.create(
                                "http://127.0.0.1:"
                                    + faults.getAddress().getPort()
                                    + "/"
                                    + f.status()))));
      }
    };
  }

  /** How many requests were made to change something. */
  public int written() {
    return written.get();
  }

  /** One such request is answered with this status. */
  public void answerOnce(String method, String path, int status) {
    orders.add(new Fault(method, path, Optional.empty(), status, new AtomicInteger(1)));
  }

  /** Something else happens in the cluster right before one such request. */
  public void beforeOnce(String method, String path, Runnable first) {
    orders.add(new Fault(method, path, Optional.of(first), 0, new AtomicInteger(1)));
  }

  /** Such requests are answered with this status until {@link #heal}. */
  public void answer(String method, String path, int status) {
    var always = new AtomicInteger(Integer.MAX_VALUE);
    orders.add(new Fault(method, path, Optional.empty(), status, always));
  }

  /** Such requests are never answered, until {@link #heal}. */
  public void hang(String method, String path) {
    answer(method, path, HANG);
  }

  /** What watches bring is kept back until {@link #catchUp}: what is seen gets older. */
  public void lag() {
    news = new CountDownLatch(1);
  }

  /** Watches bring all that they have missed. */
  public void catchUp() {
    news.countDown();
  }

  /** Requests go well again. */
  public void heal() {
    orders.clear();
  }

  /** Connections break, and new ones are refused. */
  public synchronized void cutOff() {
    close(server);
    drop();
  }

  /** Connections break; new ones are taken. */
  public void drop() {
    sockets.forEach(FaultyApi::close);
    sockets.clear();
  }

  /**
   * Nothing goes over today's connections any more, in either direction, and nobody is told; new
   * ones work.
   */
  public void fallSilent() {
    dead.addAll(sockets);
  }

  /** Takes connections again after {@link #cutOff}. */
  public synchronized void restore() throws IOException {
    server = new ServerSocket();
    server.setReuseAddress(true);
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 64);
    accept(server);
  }

  private void fault(HttpExchange exchange) throws IOException {
    int status = Integer.parseInt(exchange.getRequestURI().getPath().substring(1));
    if (status == HANG) {
      try {
        closed.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      exchange.close();
      return;
    }
    // What a role lacks is told by these words, and by them alone.
    String said = status == FORBIDDEN ? "User \\\"somebody\\\" cannot do it" : "ordered by a test";
    byte[] body =
        """
        {"kind":"Status","apiVersion":"v1","status":"Failure","message":"%s","code":%d}\
        """
            .formatted(said, status)
            .getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(status, body.length);
    try (exchange) {
      exchange.getResponseBody().write(body);
    }
  }

  private void accept(ServerSocket listening) {
    Thread.ofVirtual()
        .start(() -> {
          while (!listening.isClosed()) {
            try {
              Socket client = listening.accept();
              if (server.isClosed()) {
                client.close();
                continue;
              }
              Socket upstream = new Socket(api.getHost(), api.getPort());
              sockets.add(client);
              sockets.add(upstream);
              boolean waits = listening == watches;
              Thread.ofVirtual().start(() -> copy(client, upstream, false));
              Thread.ofVirtual().start(() -> copy(upstream, client, waits));
            } catch (IOException e) {
              // Cut off, or the cluster is away: the next connection is tried again.
            }
          }
        });
  }

  private static boolean isWatch(URI uri) {
    return uri.getQuery() != null && uri.getQuery().contains("watch=true");
  }

  private static URI through(URI uri, int port) {
    return URI.create(uri.toString().replace(":" + uri.getPort() + "/", ":" + port + "/"));
  }

  private void copy(Socket from, Socket to, boolean waits) {
    try (from;
        to;
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream()) {
      byte[] bytes = new byte[16 << 10];
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        if (waits) {
          news.await();
        }
        if (!dead.contains(from)) {
          out.write(bytes, 0, read);
        }
      }
    } catch (IOException | InterruptedException e) {
      // Broken, as ordered or by its ends.
    } finally {
      sockets.remove(from);
      sockets.remove(to);
      dead.remove(from);
    }
  }

  private static void close(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    closed.countDown();
    catchUp();
    cutOff();
    close(watches);
    faults.stop(0);
    try {
      Files.delete(kubeconfig);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
