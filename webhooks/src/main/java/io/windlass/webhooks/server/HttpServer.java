package io.windlass.webhooks.server;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.HttpResponseException;
import io.javalin.json.JavalinJackson;
import io.windlass.engine.journal.DatabaseException;
import io.windlass.webhooks.api.Problem;
import io.windlass.webhooks.dashboard.ErrorPage;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The HTTP side of the server: Javalin with the routes it is given, and one way to answer errors.
 */
final class HttpServer implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpServer.class);
  private static final long MAX_REQUEST_BYTES = 1024 * 1024;
  private static final int DRAIN_MILLIS = 5_000;

  private final Javalin javalin;

  private HttpServer(Javalin javalin) {
    this.javalin = javalin;
  }

  /**
   * Listens.
   *
   * @param port 0 for a free one
   * @param routes what adds routes, in order; the gate first
   * @param endStreams called when the server begins to stop: ends the requests that would go on for
   *     as long as their client listens
   */
  static HttpServer start(
      String host,
      int port,
      ObjectMapper json,
      List<Consumer<RoutesConfig>> routes,
      Runnable endStreams) {
    Javalin javalin =
        Javalin.create(config -> {
          configure(config, json);
          config.events.serverStopping(endStreams::run);
          routes.forEach(add -> add.accept(config.routes));
          config.routes.exception(Problem.class, (problem, context) -> answer(problem, context));
          config.routes.exception(HttpResponseException.class, HttpServer::known);
          config.routes.exception(DatabaseException.Busy.class, HttpServer::busy);
          config.routes.exception(DatabaseException.Full.class, HttpServer::busy);
          config.routes.exception(Exception.class, HttpServer::unexpected);
        });
    return new HttpServer(javalin.start(host, port));
  }

  int port() {
    return javalin.port();
  }

  private static void configure(JavalinConfig config, ObjectMapper json) {
    config.startup.showJavalinBanner = false;
    config.startup.showOldJavalinVersionWarning = false;
    config.concurrency.useVirtualThreads = true;
    config.http.maxRequestSize = MAX_REQUEST_BYTES;
    config.http.prefer405over404 = true;
    config.jsonMapper(new JavalinJackson(json, true));
    config.jetty.modifyHttpConfiguration(http -> {
      http.setSendServerVersion(false);
      http.setRequestHeaderSize(16 * 1024);
    });
    config.jetty.modifyServer(server -> server.setStopTimeout(DRAIN_MILLIS));
  }

  /** People who look at a page get a page; everybody else a problem document. */
  private static void answer(Problem problem, Context context) {
    String accepts = Optional.ofNullable(context.header("Accept")).orElse("");
    if (accepts.contains("text/html") && !context.path().startsWith("/api/")) {
      String detail = Optional.ofNullable(problem.getMessage()).orElse("");
      context
          .status(problem.status())
          .html(ErrorPage.render(problem.status(), problem.title(), detail));
    } else {
      problem.write(context);
    }
  }

  private static void known(HttpResponseException e, Context context) {
    answer(Problem.of(e.getStatus(), Optional.ofNullable(e.getMessage()).orElse("")), context);
  }

  private static void busy(Exception e, Context context) {
    context.header("Retry-After", "10");
    answer(
        Problem.unavailable("the database cannot take more at the moment; try again in 10 s"),
        context);
  }

  private static void unexpected(Exception e, Context context) {
    String id = UUID.randomUUID().toString();
    LOG.atError()
        .setCause(e)
        .addKeyValue("id", id)
        .addKeyValue("path", context.path())
        .log("a request failed");
    answer(Problem.internal(id), context);
  }

  /** Finishes the requests that are under way, for a bounded time, and stops listening. */
  @Override
  public void close() {
    javalin.stop();
  }
}
