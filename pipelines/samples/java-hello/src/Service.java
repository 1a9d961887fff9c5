import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A few addresses that answer, work and send bytes. */
final class Service implements AutoCloseable {
  private static final int DRAIN_SECONDS = 8;
  private static final long MOST_WORK_MILLIS = 10_000;
  private static final long ROUNDS_A_MILLI = 100_000;
  private static final long MOST_BYTES = 100_000_000;
  private static final byte[] BLOCK = new byte[16 * 1024];

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean stopping;

  private Service(HttpServer server) {
    this.server = server;
  }

  /** Listens on all addresses; port 0 takes any that is free. */
  static Service start(int port, String greeting) throws IOException {
    var service = new Service(HttpServer.create(new InetSocketAddress(port), 0));
    String hello = greeting + ", version " + Version.NAME + "\n";
    service.on("/", exchange -> text(exchange, 200, hello));
    service.on("/ready", service::ready);
    service.on("/live", exchange -> text(exchange, 200, "live\n"));
    service.on("/work", Service::work);
    service.on("/bytes", Service::bytes);
    service.server.setExecutor(service.threads);
    service.server.start();
    return service;
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** Says that it is not ready any more, and lets the requests under way finish. */
  @Override
  public void close() {
    stopping = true;
    server.stop(DRAIN_SECONDS);
    threads.shutdownNow();
  }

  private void ready(HttpExchange exchange) throws IOException {
    text(exchange, stopping ? 503 : 200, stopping ? "stopping\n" : "ready\n");
  }

  /**
   * {@code /work?ms=40} does what takes one core about so long. The work is counted and not the
   * time, so that it is the same on a machine that is busy with something else.
   */
  private static void work(HttpExchange exchange) throws IOException {
    long rounds = number(exchange, "ms", MOST_WORK_MILLIS) * ROUNDS_A_MILLI;
    double sum = 0;
    for (long i = 0; i < rounds; i++) {
      sum += Math.sqrt(i);
    }
    text(exchange, 200, "worked" + (sum < 0 ? "!" : "") + "\n");
  }

  /** {@code /bytes?n=1000} answers that many bytes. */
  private static void bytes(HttpExchange exchange) throws IOException {
    long left = number(exchange, "n", MOST_BYTES);
    exchange.getResponseHeaders().set("Content-Type", "application/octet-stream");
    exchange.sendResponseHeaders(200, left == 0 ? -1 : left);
    try (OutputStream body = exchange.getResponseBody()) {
      while (left > 0) {
        int now = (int) Math.min(left, BLOCK.length);
        body.write(BLOCK, 0, now);
        left -= now;
      }
    }
  }

  private static long number(HttpExchange exchange, String name, long most) {
    String query = exchange.getRequestURI().getQuery();
    String prefix = name + "=";
    if (query == null || !query.startsWith(prefix)) {
      return 0;
    }
    try {
      return Math.clamp(Long.parseLong(query.substring(prefix.length())), 0, most);
    } catch (NumberFormatException e) {
      return 0;
    }
  }

  private interface Answer {
    void to(HttpExchange exchange) throws IOException;
  }

  /** Only this very path: the library would also send everything below it here. */
  private void on(String path, Answer answer) {
    server.createContext(
        path,
        exchange -> {
          try (exchange) {
            if (exchange.getRequestURI().getPath().equals(path)) {
              answer.to(exchange);
            } else {
              text(exchange, 404, "nothing here\n");
            }
          }
        });
  }

  private static void text(HttpExchange exchange, int status, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
    exchange.sendResponseHeaders(status, body.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(body);
    }
  }
}
