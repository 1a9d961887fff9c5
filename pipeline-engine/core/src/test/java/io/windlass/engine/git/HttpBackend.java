package io.windlass.engine.git;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;

/** Git's own {@code http-backend} behind a small HTTP server that wants a token, as GitHub does. */
final class HttpBackend implements AutoCloseable {
  static final String TOKEN = "ghs_secret";

  final List<String> authorizations = new CopyOnWriteArrayList<>();
  volatile Optional<String> redirect = Optional.empty();
  private final HttpServer server;
  private final Path root;

  HttpBackend(Path root) throws IOException {
    this.root = root;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  CloneUrl url(String repository) {
    return CloneUrl.parse("http://127.0.0.1:" + server.getAddress().getPort() + "/" + repository);
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String authorization = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
      authorizations.add(authorization);
      String expected =
          Base64.getEncoder()
              .encodeToString(("x-access-token:" + TOKEN).getBytes(StandardCharsets.UTF_8));
      if (redirect.isPresent()) {
        exchange.getResponseHeaders().add("Location", redirect.get() + exchange.getRequestURI());
        exchange.sendResponseHeaders(301, -1);
      } else if (!authorization.equals("Basic " + expected)) {
        exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"git\"");
        exchange.sendResponseHeaders(401, -1);
      } else {
        run(exchange);
      }
    }
  }

  private void run(HttpExchange exchange) throws IOException {
    byte[] body = exchange.getRequestBody().readAllBytes();
    ProcessBuilder builder = new ProcessBuilder("git", "http-backend");
    Map<String, String> environment = builder.environment();
    environment.put("GIT_PROJECT_ROOT", root.toString());
    environment.put("GIT_HTTP_EXPORT_ALL", "1");
    environment.put("GIT_CONFIG_NOSYSTEM", "1");
    environment.put("GIT_CONFIG_COUNT", "1");
    environment.put("GIT_CONFIG_KEY_0", "safe.directory");
    environment.put("GIT_CONFIG_VALUE_0", "*");
    environment.put("REQUEST_METHOD", exchange.getRequestMethod());
    environment.put("PATH_INFO", exchange.getRequestURI().getPath());
    environment.put(
        "QUERY_STRING", Optional.ofNullable(exchange.getRequestURI().getQuery()).orElse(""));
    environment.put("CONTENT_LENGTH", String.valueOf(body.length));
    header(exchange, "Content-Type").ifPresent(value -> environment.put("CONTENT_TYPE", value));
    header(exchange, "Content-Encoding")
        .ifPresent(value -> environment.put("HTTP_CONTENT_ENCODING", value));
    header(exchange, "Git-Protocol").ifPresent(value -> environment.put("GIT_PROTOCOL", value));
    Process process = builder.redirectError(ProcessBuilder.Redirect.DISCARD).start();
    Thread.startVirtualThread(() -> {
      try (var in = process.getOutputStream()) {
        in.write(body);
      } catch (IOException ended) {
        process.destroy();
      }
    });
    try (InputStream out = new BufferedInputStream(process.getInputStream())) {
      int status = 200;
      for (String line = line(out); !line.isEmpty(); line = line(out)) {
        String value = line.substring(line.indexOf(':') + 1).strip();
        if (line.startsWith("Status:")) {
          status = Integer.parseInt(value.substring(0, 3));
        } else {
          exchange.getResponseHeaders().add(line.substring(0, line.indexOf(':')), value);
        }
      }
      exchange.sendResponseHeaders(status, 0);
      out.transferTo(exchange.getResponseBody());
    }
  }

  private static Optional<String> header(HttpExchange exchange, String name) {
    return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name));
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int read = in.read(); read >= 0 && read != '\n'; read = in.read()) {
      line.write(read);
    }
    return line.toString(StandardCharsets.UTF_8).strip();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
