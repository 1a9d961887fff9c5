package io.windlass.engine.kubernetes.part;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.VirtualThreadPool;

/** What the API server asks a kubelet for over TLS: the logs of containers. */
final class KubeletApi implements AutoCloseable {
  private final Server server;
  private final ServerConnector connector;

  private KubeletApi(Server server, ServerConnector connector) {
    this.server = server;
    this.connector = connector;
  }

  static KubeletApi start(Path folder) throws IOException {
    var tls = new SslContextFactory.Server();
    tls.setKeyStorePath(TlsKey.generate(folder.resolve("kubelet.p12"), "CN=kubelet").toString());
    tls.setKeyStorePassword(TlsKey.PASSWORD);
    tls.setSniRequired(false);
    var http = new HttpConfiguration();
    http.addCustomizer(new SecureRequestCustomizer(false));
    var server = new Server(new VirtualThreadPool());
    var connector = new ServerConnector(server, tls, new HttpConnectionFactory(http));
    connector.setHost("127.0.0.1");
    server.addConnector(connector);
    return new KubeletApi(server, connector);
  }

  void serve(Kubelet kubelet) throws IOException {
    server.setHandler(new Logs(kubelet));
    try {
      server.start();
    } catch (Exception e) {
      throw new IOException("Tried to start the API of a kubelet but it did not", e);
    }
  }

  int port() {
    return connector.getLocalPort();
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** {@code /containerLogs/NAMESPACE/POD/CONTAINER}. */
  private static final class Logs extends Handler.Abstract {
    private final Kubelet kubelet;

    Logs(Kubelet kubelet) {
      this.kubelet = kubelet;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) throws Exception {
      String[] path = Request.getPathInContext(request).split("/");
      if (path.length != 5 || !path[1].equals("containerLogs")) {
        return false;
      }
      Fields query = Request.extractQueryParameters(request);
      Optional<ContainerLog> log =
          kubelet
              .run(path[2], path[3])
              .flatMap(run -> run.container(path[4]))
              .flatMap(container -> container.log(isTrue(query, "previous")));
      if (log.isEmpty()) {
        response.setStatus(400);
        Content.Sink.write(
            response,
            true,
            "previous terminated container \"%s\" in pod \"%s\" not found"
                .formatted(path[4], path[3]),
            callback);
        return true;
      }
      response.setStatus(200);
      response.getHeaders().put("Content-Type", "text/plain");
      try (var output = Content.Sink.asOutputStream(response)) {
        output.flush();
        write(log.get(), query, output);
      }
      callback.succeeded();
      return true;
    }

    private static void write(ContainerLog log, Fields query, OutputStream output)
        throws IOException, InterruptedException {
      Instant since = since(query);
      boolean times = isTrue(query, "timestamps");
      boolean follow = isTrue(query, "follow");
      String tail = query.getValue("tailLines");
      int number = tail == null ? 0 : Math.max(0, log.size() - Integer.parseInt(tail));
      for (var line = log.line(number, follow); line != null; line = log.line(number, follow)) {
        if (!line.at().isBefore(since)) {
          String text = times ? line.at() + " " + line.text() : line.text();
          output.write((text + "\n").getBytes(StandardCharsets.UTF_8));
          output.flush();
        }
        number++;
      }
    }

    private static Instant since(Fields query) {
      String time = query.getValue("sinceTime");
      String seconds = query.getValue("sinceSeconds");
      if (time != null) {
        return Instant.parse(time);
      }
      return seconds == null
          ? Instant.EPOCH
          : Instant.now().minus(Duration.ofSeconds(Long.parseLong(seconds)));
    }

    private static boolean isTrue(Fields query, String name) {
      return "true".equals(query.getValue(name));
    }
  }
}
