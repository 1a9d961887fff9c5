package io.windlass.engine.local.proxy;

import java.io.IOException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.IO;
import org.jspecify.annotations.Nullable;

/**
 * A connector that can leave its listening socket without losing a connection.
 *
 * <p>Jetty's own acceptor blocks in {@code accept}, and only closing the socket wakes it. That
 * resets the connections that wait in the socket's backlog, and ends an inherited socket for
 * everybody in this process. This one waits on a selector instead.
 */
final class ProxyConnector extends ServerConnector {

  private final boolean inherited;
  private @Nullable Selector ready;
  private boolean left;

  private ProxyConnector(
      Server server, int selectors, HttpConnectionFactory http, boolean inherited) {
    // Threads, timer and buffers of the server: what is given here would be stopped with the
    // connector.
    super(server, null, null, null, 1, selectors, http);
    this.inherited = inherited;
  }

  /** One that opens its own socket, and closes it when it leaves. */
  static ProxyConnector opening(Server server, int selectors, HttpConnectionFactory http) {
    return new ProxyConnector(server, selectors, http, false);
  }

  /** One that serves a socket which belongs to somebody else, and never closes it. */
  static ProxyConnector serving(
      ServerSocketChannel socket, Server server, int selectors, HttpConnectionFactory http)
      throws IOException {
    ProxyConnector connector = new ProxyConnector(server, selectors, http, true);
    connector.open(socket);
    return connector;
  }

  private ServerSocketChannel socket() {
    return (ServerSocketChannel) getTransport();
  }

  @Override
  protected void doStart() throws Exception {
    Selector selector = Selector.open();
    socket().configureBlocking(false);
    var _ = socket().register(selector, SelectionKey.OP_ACCEPT);
    ready = selector;
    super.doStart();
  }

  @Override
  protected void doStop() throws Exception {
    super.doStop();
    IO.close(ready);
  }

  /** Called again and again by one thread, which is interrupted when the connector stops. */
  @Override
  public void accept(int acceptor) throws IOException {
    Selector selector = ready;
    try {
      if (selector != null) {
        var _ = selector.select(key -> {});
        var _ = acceptNext();
      }
    } catch (ClosedSelectorException left) {
      // Nothing to accept any more: the thread waits until the connector stops.
      setAccepting(false);
    }
  }

  private synchronized boolean acceptNext() throws IOException {
    SocketChannel connection = left ? null : socket().accept();
    if (connection == null) {
      return false;
    }
    connection.configureBlocking(false);
    configure(connection.socket());
    getSelectorManager().accept(connection);
    return true;
  }

  /**
   * Accepts nothing from now on; what was accepted is served on. The backlog of an inherited socket
   * stays there for whom it is handed to next, that of our own is accepted before the socket is
   * closed. A second call does nothing.
   */
  synchronized void leave() {
    Selector selector = ready;
    if (left || selector == null) {
      return;
    }
    try {
      while (!inherited && acceptNext()) {
        // The backlog ends where it was when the last connection was taken.
      }
    } catch (IOException e) {
      LOG.warn("the rest of the backlog was not accepted", e);
    }
    left = true;
    // Before the socket: one that a selector still knows stays open.
    IO.close(selector);
    close();
  }

  @Override
  public void close() {
    if (!inherited) {
      super.close();
    }
  }
}
