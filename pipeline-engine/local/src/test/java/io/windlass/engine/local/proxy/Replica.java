package io.windlass.engine.local.proxy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A replica for tests: the JDK's own HTTP server on a free loopback port. */
final class Replica implements AutoCloseable {

  private final String name;
  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicInteger requests = new AtomicInteger();

  private Replica(String name, HttpHandler handler) throws IOException {
    this.name = name;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext(
        "/",
        exchange -> {
          requests.incrementAndGet();
          try (exchange) {
            handler.handle(exchange);
          }
        });
    server.start();
  }

  /** Answers everything as this handler does. */
  static Replica answering(String name, HttpHandler handler) throws IOException {
    return new Replica(name, handler);
  }

  /** Answers everything with its name. */
  static Replica named(String name) throws IOException {
    return new Replica(name, exchange -> answer(exchange, 200, name));
  }

  /** Answers everything with the path that was asked for. */
  static Replica tellingItsPaths(String name) throws IOException {
    return new Replica(name, exchange -> answer(exchange, 200, exchange.getRequestURI().getPath()));
  }

  static void answer(HttpExchange exchange, int status, String body) throws IOException {
    exchange.getRequestBody().readAllBytes();
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
  }

  Backend ready() {
    return ready("1");
  }

  Backend ready(String release) {
    return Backend.ready(name, release, server.getAddress());
  }

  /** How many requests it has seen. */
  int requests() {
    return requests.get();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
