package io.windlass.scaler.signal.prometheus;

import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/** A Prometheus server of its own. */
public final class RealPrometheus implements AutoCloseable {
  private final Process process;
  private final URI url;
  private final Runnable atEnd;
  private final HttpClient http = HttpClient.newHttpClient();

  private RealPrometheus(Process process, URI url, Runnable atEnd) {
    this.process = process;
    this.url = url;
    this.atEnd = atEnd;
  }

  /** Skips the test where Prometheus is not installed, and fails it there in CI. */
  public static void needed() {
    boolean there =
        Stream.of(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "prometheus")));
    if ("true".equals(System.getenv("CI"))) {
      Assertions.assertTrue(there, "part absent: prometheus");
    }
    Assumptions.assumeTrue(there, "part absent: prometheus");
  }

  /** Scrapes a page of this process every second, which says what the supplier says. */
  public static RealPrometheus start(Path folder, Supplier<String> page) throws IOException {
    HttpServer exporter =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    exporter.createContext(
        "/metrics",
        exchange -> {
          byte[] bytes = page.get().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    exporter.start();
    String job =
        """
        - job_name: keeper
          static_configs: [{ targets: ["127.0.0.1:%d"] }]
        """
            .formatted(exporter.getAddress().getPort());
    return start(folder, job, () -> exporter.stop(0));
  }

  /**
   * Scrapes every second what these jobs name.
   *
   * @param jobs the entries of {@code scrape_configs}, in YAML
   */
  public static RealPrometheus scraping(Path folder, String jobs) throws IOException {
    return start(folder, jobs, () -> {});
  }

  private static RealPrometheus start(Path folder, String jobs, Runnable atEnd) throws IOException {
    Path config = folder.resolve("prometheus.yml");
    Files.writeString(
        config,
        "global: { scrape_interval: 1s, scrape_timeout: 1s }\nscrape_configs:\n" + jobs.indent(2));
    int port = freePort();
    Process process =
        new ProcessBuilder(
                "prometheus",
                "--config.file=" + config,
                "--storage.tsdb.path=" + folder.resolve("data"),
                "--web.listen-address=127.0.0.1:" + port)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("prometheus.log").toFile())
            .start();
    RealPrometheus started =
        new RealPrometheus(process, URI.create("http://127.0.0.1:" + port), atEnd);
    await().atMost(Duration.ofSeconds(30)).until(() -> started.get("/-/ready") == 200);
    return started;
  }

  public URI url() {
    return url;
  }

  /** Whether the server's own parser accepts an expression. */
  boolean parses(String expression) {
    return get(
            "/api/v1/format_query?query=" + URLEncoder.encode(expression, StandardCharsets.UTF_8))
        == 200;
  }

  @Override
  public void close() throws Exception {
    http.shutdownNow();
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly().waitFor();
    }
    atEnd.run();
  }

  private int get(String path) {
    try {
      HttpRequest request = HttpRequest.newBuilder(URI.create(url + path)).build();
      return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
    } catch (IOException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Lines of a page in the text format. */
  static String page(String... lines) {
    return String.join("\n", Arrays.asList(lines)) + "\n";
  }
}
