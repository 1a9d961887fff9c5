package io.windlass.engine.local.proxy;

import java.time.Duration;
import java.util.List;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.IdleTimeout;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.internal.HttpConnection;

/**
 * Waits for the clients to go, once nothing new is accepted and each answer is the last one on its
 * connection.
 *
 * <p>A client may be sending its next request at the moment at which its connection is closed, and
 * cannot know then whether it was seen. So a connection without a request is not closed at once but
 * when nothing has come for a while. Tunnels are not waited for: they have no last answer.
 */
final class Leaving {

  private static final Duration LOOK = Duration.ofMillis(20);

  private final List<ProxyConnector> connectors;
  private final NetworkConnectionLimit connections;
  private final Duration quiet;
  private final long since = System.nanoTime();

  /**
   * @param connections counts those that are accepted, also before a connector knows of them
   * @param quiet for which a connection without a request is left open
   */
  Leaving(List<ProxyConnector> connectors, NetworkConnectionLimit connections, Duration quiet) {
    this.connectors = connectors;
    this.connections = connections;
    this.quiet = quiet;
  }

  /** Returns when all clients have gone, or after so long. */
  void await(Duration longest) throws InterruptedException {
    while (anybody() && since() < longest.toNanos()) {
      closeQuiet();
      Thread.sleep(LOOK);
    }
  }

  private long since() {
    return System.nanoTime() - since;
  }

  private boolean anybody() {
    // In this order: what moves on meanwhile is then counted twice and not overlooked.
    int pending = connections.getPendingNetworkConnectionCount();
    int open = connections.getNetworkConnectionCount();
    return pending + open > notWaitedFor();
  }

  /** Tunnels, and clients that were told that nothing more will come but have not closed. */
  private long notWaitedFor() {
    return connectors.stream()
        .flatMap(connector -> connector.getConnectedEndPoints().stream())
        .filter(
            client -> client.getConnection() instanceof Tunnel.Side || client.isOutputShutdown())
        .count();
  }

  private void closeQuiet() {
    if (since() < quiet.toNanos()) {
      return;
    }
    for (ProxyConnector connector : connectors) {
      for (EndPoint client : connector.getConnectedEndPoints()) {
        if (client.getConnection() instanceof HttpConnection http
            && http.getParser().isStart()
            && client instanceof IdleTimeout idle
            && idle.getIdleFor() >= quiet.toMillis()) {
          client.close();
        }
      }
    }
  }
}
