package io.windlass.engine.local.proxy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A replica that speaks in bytes: what it does with a connection is the test's. Each connection has
 * a thread of its own.
 */
final class RawServer implements AutoCloseable {

  /** What happens on a connection. */
  interface Script {
    void on(Socket socket) throws Exception;
  }

  private final ServerSocket listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final Queue<Socket> open = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connections = new AtomicInteger();

  RawServer(Script script) throws IOException {
    Thread.ofVirtual().start(() -> accept(script));
  }

  private void accept(Script script) {
    while (!listening.isClosed()) {
      try {
        Socket socket = listening.accept();
        connections.incrementAndGet();
        open.add(socket);
        Thread.ofVirtual().start(() -> run(script, socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private static void run(Script script, Socket socket) {
    try (socket) {
      script.on(socket);
    } catch (Exception over) {
      // The peer is gone, or the test is: either way this connection has ended.
    }
  }

  /** Reads up to the empty line and returns what was read. */
  static String head(Socket socket) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int next = socket.getInputStream().read();
      if (next < 0) {
        throw new IOException("ended within the head: " + head);
      }
      head.append((char) next);
    }
    return head.toString();
  }

  static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    socket.getOutputStream().flush();
  }

  static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
  }

  /** Closes with a reset instead of an orderly end. */
  static void reset(Socket socket) throws IOException {
    socket.setSoLinger(true, 0);
    socket.close();
  }

  /** As the only replica of a first release, under this name. */
  Backend readyAs(String name) {
    return Backend.ready(name, "1", address());
  }

  InetSocketAddress address() {
    return new InetSocketAddress(listening.getInetAddress(), listening.getLocalPort());
  }

  int connections() {
    return connections.get();
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (Socket socket : open) {
      socket.close();
    }
  }
}
