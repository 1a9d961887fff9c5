package io.windlass.engine.kubernetes.part;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

/**
 * A pod's address. In the cluster it is {@code 10.a.b.c}, since the API server takes no loopback
 * address for an endpoint; what listens there listens on {@code 127.a.b.c}.
 */
public final class PodSite {
  /** Held as long as this JVM lives, so that no other one takes the same network. */
  private static final ServerSocket NETWORK = network();

  private static final AtomicInteger NEXT = new AtomicInteger(1);

  private final String address;
  private final Map<Integer, HttpServer> servers = new HashMap<>();

  private PodSite(String address) {
    this.address = address;
  }

  static PodSite next() {
    int number = NEXT.getAndIncrement();
    return new PodSite(
        "10.%d.%d.%d"
            .formatted(
                NETWORK.getInetAddress().getAddress()[1] & 0xff,
                number / 250 % 250,
                1 + number % 250));
  }

  private static ServerSocket network() {
    for (int network = 64; network < 192; network++) {
      try {
        return new ServerSocket(10_255, 1, InetAddress.getByName("127." + network + ".255.254"));
      } catch (BindException e) {
        // Another JVM's.
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    throw new IllegalStateException(
        "Tried to find a network for pods but all of 127.64 to 127.191 are taken");
  }

  /** Where a test reaches what a cluster's address stands for. */
  public static URI reach(String podAddress, int port) {
    return URI.create("http://" + loopback(podAddress) + ":" + port);
  }

  private static String loopback(String podAddress) {
    if (!podAddress.startsWith("10.")) {
      throw new IllegalArgumentException(podAddress + " is not the address of a pod");
    }
    return "127." + podAddress.substring(3);
  }

  String address() {
    return address;
  }

  /** Listens on a port; requests get this answer under the status that their path has. */
  synchronized void listen(int port, String answer, ToIntFunction<String> status) {
    HttpServer before = servers.remove(port);
    if (before != null) {
      // Of a process that has ended, and was started again.
      before.stop(0);
    }
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(loopback(address), port), 64);
      server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
      server.createContext(
          "/",
          exchange -> {
            try (exchange) {
              byte[] body = answer.getBytes(StandardCharsets.UTF_8);
              exchange.sendResponseHeaders(
                  status.applyAsInt(exchange.getRequestURI().getPath()), body.length);
              exchange.getResponseBody().write(body);
            }
          });
      server.start();
      servers.put(port, server);
    } catch (BindException e) {
      throw new UncheckedIOException(
          "Tried to listen on " + loopback(address) + ":" + port + " for a pod", e);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  synchronized void silence() {
    servers.values().forEach(server -> server.stop(0));
    servers.clear();
  }
}
