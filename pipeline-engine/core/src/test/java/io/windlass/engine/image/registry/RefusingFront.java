package io.windlass.engine.image.registry;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;

/**
 * Stands before a real registry and refuses the first requests of one kind. A registry under load
 * does that, and none can be told to. It keeps count, because what is tested is that the same
 * request is made again. Connections carry one request each, so that only heads need to be
 * understood.
 */
public final class RefusingFront implements AutoCloseable {

  /** One request that was refused or passed on, and when. */
  public record Seen(String request, long nanoTime) {}

  private final ServerSocket socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final String registry;
  private final String kind;
  private final String refusal;
  private final List<Seen> seen = new ArrayList<>();
  private int left;

  /**
   * Opens one.
   *
   * @param registry host and port of the real one
   * @param kind of requests, as a regular expression of method and path
   * @param times how many of them are refused
   * @param refusal the whole answer; empty to hang up without one
   */
  public RefusingFront(String registry, String kind, int times, String refusal) throws IOException {
    this.registry = registry;
    this.kind = kind;
    this.left = times;
    this.refusal = refusal;
    Thread.ofVirtual().start(this::accept);
  }

  public String host() {
    return "127.0.0.1:" + socket.getLocalPort();
  }

  /** The requests of the kind, in order. */
  public synchronized List<Seen> seen() {
    return List.copyOf(seen);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }

  private void accept() {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void serve(Socket client) {
    try (client) {
      String head = head(client.getInputStream());
      if (head.isEmpty()) {
        return; // https was tried, or nothing
      }
      if (refuses(head)) {
        client.getOutputStream().write(refusal.getBytes(ISO_8859_1));
        client.shutdownOutput();
        if (!refusal.isEmpty()) {
          // To hang up on a body that is still being sent would take the answer away with it.
          client.getInputStream().transferTo(OutputStream.nullOutputStream());
        }
        return;
      }
      passOn(client, head);
    } catch (IOException e) {
      // The client sees a connection that ends.
    }
  }

  private void passOn(Socket client, String head) throws IOException {
    String[] parts = registry.split(":");
    try (Socket server = new Socket(parts[0], Integer.parseInt(parts[1]))) {
      String once = head.replaceFirst("(?im)^Connection:.*\r\n", "");
      server
          .getOutputStream()
          .write(once.replaceFirst("\r\n", "\r\nConnection: close\r\n").getBytes(ISO_8859_1));
      Thread.ofVirtual()
          .start(() -> {
            try {
              client.getInputStream().transferTo(server.getOutputStream());
            } catch (IOException e) {
              // The other direction ends too.
            }
          });
      server.getInputStream().transferTo(client.getOutputStream());
    }
  }

  private synchronized boolean refuses(String head) {
    String request = head.substring(0, head.indexOf(" HTTP/"));
    if (!request.matches(kind)) {
      return false;
    }
    seen.add(new Seen(request, System.nanoTime()));
    return left-- > 0;
  }

  /** Up to and with the empty line; empty where it ends before, or is not HTTP. */
  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    while (!head.toString(ISO_8859_1).endsWith("\r\n\r\n")) {
      int next = in.read();
      if (next < 0 || (head.size() == 0 && !Character.isUpperCase(next))) {
        return "";
      }
      head.write(next);
    }
    return head.toString(ISO_8859_1);
  }
}
