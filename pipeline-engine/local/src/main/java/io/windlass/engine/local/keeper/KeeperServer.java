package io.windlass.engine.local.keeper;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.local.protocol.Beside;
import io.windlass.engine.local.protocol.Control;
import io.windlass.engine.local.protocol.Failure;
import io.windlass.engine.local.protocol.Json;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.Resize;
import io.windlass.engine.local.protocol.Shift;
import io.windlass.engine.local.protocol.StepStart;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.NoSuchElementException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.unixdomain.server.UnixDomainServerConnector;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The protocol over HTTP on a Unix socket, and the figures for a Prometheus on the loopback. Which
 * of the two a request may ask for is said by where it came in, and by nothing that it carries.
 */
final class KeeperServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeeperServer.class);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  /** Each step that a server waits for holds a connection. */
  private static final int CONTROL_CONNECTIONS = 512;

  /** Anybody on the machine can open these; they are counted apart. */
  private static final int METRICS_CONNECTIONS = 16;

  /** Without a byte where one is due: a request that is not sent to its end. */
  private static final Duration SILENCE = Duration.ofSeconds(20);

  private final Path socket;
  private final Server jetty;
  private final UnixDomainServerConnector control;
  private final ServerConnector metrics;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("request-", 0).factory());
  private final Answers answers;
  private final Figures figures;
  private volatile boolean leaving;

  /**
   * Not yet open.
   *
   * @param socket where nothing is
   * @param metricsPort on the loopback; 0: any free one
   */
  KeeperServer(Path socket, int metricsPort, Answers answers, Figures figures) {
    this.socket = socket;
    this.answers = answers;
    this.figures = figures;
    QueuedThreadPool pool = new QueuedThreadPool(8, 1);
    pool.setName("keeper-http");
    pool.setReservedThreads(0);
    pool.setDaemon(true);
    pool.setVirtualThreadsExecutor(threads);
    this.jetty = new Server(pool);
    this.control = new UnixDomainServerConnector(jetty, null, null, null, 0, 1, protocol());
    control.setUnixDomainPath(socket);
    control.setIdleTimeout(SILENCE.toMillis());
    this.metrics = new ServerConnector(jetty, null, null, null, 0, 1, protocol());
    metrics.setHost("127.0.0.1");
    metrics.setPort(metricsPort);
    metrics.setIdleTimeout(SILENCE.toMillis());
    jetty.addConnector(control);
    jetty.addConnector(metrics);
    jetty.addBean(new NetworkConnectionLimit(CONTROL_CONNECTIONS, control));
    jetty.addBean(new NetworkConnectionLimit(METRICS_CONNECTIONS, metrics));
    jetty.setHandler(new Requests());
  }

  private static HttpConnectionFactory protocol() {
    HttpConfiguration http = new HttpConfiguration();
    http.setSendServerVersion(false);
    return new HttpConnectionFactory(http);
  }

  /** Answers from now on; returns the port of the metrics. */
  int start() throws IOException {
    try {
      jetty.start();
      // Nobody could pass through its directory meanwhile.
      Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
      Files.setAttribute(socket, "unix:uid", Files.getAttribute(socket.getParent(), "unix:uid"));
      return metrics.getLocalPort();
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("its protocol cannot be served: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    leaving = true;
    threads.shutdownNow();
    try {
      jetty.stop();
    } catch (Exception e) {
      LOG.warn("The keeper's protocol did not stop cleanly", e);
    }
  }

  /** An answer on its way out. */
  private record Answer(int status, String type, String body) {
    static Answer json(Object value) {
      return new Answer(200, "application/json", text(value));
    }

    static Answer done() {
      return new Answer(204, "application/json", "");
    }

    static Answer failure(int status, String error) {
      return new Answer(status, "application/json", text(new Failure(error)));
    }

    private static String text(Object value) {
      return new String(Json.write(value), StandardCharsets.UTF_8);
    }
  }

  /** A body that is longer than this protocol's. */
  private static final class TooLongException extends IOException {
    private static final long serialVersionUID = 1;

    TooLongException() {
      super("Tried to read a request but it is longer than " + Control.BODY_LIMIT + " bytes");
    }
  }

  private final class Requests extends Handler.Abstract {
    @Override
    public boolean handle(Request request, Response response, Callback callback) {
      String what = request.getMethod() + " " + request.getHttpURI().getPath();
      boolean trusted = control.equals(request.getConnectionMetaData().getConnector());
      Answer answer = trusted ? guarded(what, request) : open(what);
      response.setStatus(answer.status());
      response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.type());
      response.write(
          true, ByteBuffer.wrap(answer.body().getBytes(StandardCharsets.UTF_8)), callback);
      return true;
    }
  }

  /**
   * What everybody on the machine may ask for: figures only, so that Prometheus needs no secret.
   */
  private Answer open(String what) {
    return what.equals("GET /metrics")
        ? new Answer(200, "text/plain; version=0.0.4; charset=utf-8", figures.text())
        : Answer.failure(404, "Tried \"" + what + "\" but there is only GET /metrics at this port");
  }

  private Answer guarded(String what, Request request) {
    try {
      return answer(what, request);
    } catch (NoSuchElementException e) {
      return Answer.failure(404, String.valueOf(e.getMessage()));
    } catch (TooLongException e) {
      return Answer.failure(413, String.valueOf(e.getMessage()));
    } catch (IllegalArgumentException | ImageException e) {
      return Answer.failure(422, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Answer.failure(503, "The keeper is going down");
    } catch (IOException | RuntimeException e) {
      if (leaving) {
        return Answer.failure(503, "The keeper is going down");
      }
      LOG.atWarn().addKeyValue("request", what).setCause(e).log("A request failed");
      return Answer.failure(500, String.valueOf(e.getMessage()));
    }
  }

  private Answer answer(String what, Request request)
      throws IOException, ImageException, InterruptedException {
    Fields query = Request.extractQueryParameters(request);
    return switch (what) {
      case "GET /v1/status" -> Answer.json(answers.status());
      case "GET /v1/fleets" -> Answer.json(answers.fleets());
      case "GET /v1/fleet" -> Answer.json(answers.fleet(need(query, "name")));
      case "POST /v1/fleet/size" -> {
        answers.resize(body(request, Resize.class));
        yield Answer.done();
      }
      case "POST /v1/releases" -> {
        answers.prepare(body(request, ReleaseSpec.class));
        yield Answer.done();
      }
      case "DELETE /v1/release" -> {
        answers.retire(need(query, "environment"), need(query, "release"));
        yield Answer.done();
      }
      case "DELETE /v1/environment" -> {
        answers.remove(need(query, "name"));
        yield Answer.done();
      }
      case "POST /v1/take-away" ->
          Answer.json(answers.takeAway(need(query, "environment"), need(query, "release")));
      case "POST /v1/shift" -> {
        answers.shift(body(request, Shift.class));
        yield Answer.done();
      }
      case "POST /v1/beside" -> {
        answers.beside(body(request, Beside.class));
        yield Answer.done();
      }
      case "GET /v1/rollout" ->
          Answer.json(answers.rollout(need(query, "environment"), need(query, "release")));
      case "GET /v1/samples" ->
          Answer.json(
              answers.samples(
                  need(query, "fleet"), millis(query, "window-ms"), number(query, "points")));
      case "GET /v1/replica/log" ->
          Answer.json(answers.log(need(query, "replica"), number(query, "lines")));
      case "POST /v1/stop-all" -> {
        answers.stopAll();
        yield Answer.done();
      }
      default -> step(what, query, request);
    };
  }

  private Answer step(String what, Fields query, Request request)
      throws IOException, InterruptedException {
    return switch (what) {
      case "POST /v1/steps" -> Answer.json(answers.steps().start(body(request, StepStart.class)));
      case "GET /v1/step" -> {
        Duration wait = millis(query, "wait-ms");
        yield Answer.json(
            answers
                .steps()
                .watch(need(query, "id"), wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait)
                .orElseThrow(() ->
                    new NoSuchElementException(
                        "Tried to watch step \""
                            + query.getValue("id")
                            + "\" but the keeper does not know it")));
      }
      case "GET /v1/step/log" ->
          Answer.json(answers.steps().log(need(query, "id"), number(query, "lines")));
      case "POST /v1/step/cancel" -> {
        answers.steps().cancel(need(query, "id"));
        yield Answer.done();
      }
      case "DELETE /v1/step" -> {
        answers.steps().acknowledge(need(query, "id"));
        yield Answer.done();
      }
      default ->
          Answer.failure(404, "Tried \"" + what + "\" but this keeper's protocol does not have it");
    };
  }

  private static <T> T body(Request request, Class<T> type) throws IOException {
    if (request.getLength() > Control.BODY_LIMIT) {
      throw new TooLongException();
    }
    byte[] body;
    try (InputStream content = Content.Source.asInputStream(request)) {
      body = content.readNBytes(Control.BODY_LIMIT + 1);
    }
    if (body.length > Control.BODY_LIMIT) {
      throw new TooLongException();
    }
    try {
      return Json.read(body, type);
    } catch (IOException e) {
      // Not the parser's own message: it may quote the body, and that may hold secrets.
      throw new IllegalArgumentException(
          "Tried to read a " + type.getSimpleName() + " but the request's body is none", e);
    }
  }

  private static String need(Fields query, String name) {
    String value = query.getValue(name);
    if (value == null) {
      throw new IllegalArgumentException("Tried to answer but \"" + name + "\" is not given");
    }
    return value;
  }

  private static int number(Fields query, String name) {
    return Integer.parseInt(need(query, name));
  }

  private static Duration millis(Fields query, String name) {
    return Duration.ofMillis(Long.parseLong(need(query, name)));
  }
}
