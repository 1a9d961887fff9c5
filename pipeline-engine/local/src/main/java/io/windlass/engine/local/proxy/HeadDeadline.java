package io.windlass.engine.local.proxy;

import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.internal.HttpConnection;
import org.eclipse.jetty.util.component.AbstractLifeCycle;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections whose client takes too long over the head of a request ("slow loris").
 *
 * <p>Jetty's idle timeout does not see them: a byte now and then keeps it content. So all
 * connections are looked at several times within the time that a head may take, and one that was in
 * the same head at every look is closed.
 */
final class HeadDeadline extends AbstractLifeCycle {

  private static final int LOOKS = 4;

  /**
   * @param requests how many requests this connection had when it was first seen within this head
   */
  private record Seen(long requests, long at) {}

  private final List<ProxyConnector> connectors;
  private final Duration longest;
  private final Scheduler scheduler;
  private IdentityHashMap<HttpConnection, Seen> inHead = new IdentityHashMap<>();

  HeadDeadline(List<ProxyConnector> connectors, Duration longest, Scheduler scheduler) {
    this.connectors = connectors;
    this.longest = longest;
    this.scheduler = scheduler;
  }

  @Override
  protected void doStart() {
    next();
  }

  private void next() {
    scheduler.schedule(this::look, longest.toNanos() / LOOKS, TimeUnit.NANOSECONDS);
  }

  private void look() {
    if (!isRunning() && !isStarting()) {
      return;
    }
    long now = System.nanoTime();
    IdentityHashMap<HttpConnection, Seen> still = new IdentityHashMap<>();
    for (ProxyConnector connector : connectors) {
      for (EndPoint endPoint : connector.getConnectedEndPoints()) {
        if (endPoint.getConnection() instanceof HttpConnection connection && inHead(connection)) {
          look(connection, now, still);
        }
      }
    }
    inHead = still;
    next();
  }

  private void look(
      HttpConnection connection, long now, IdentityHashMap<HttpConnection, Seen> still) {
    long requests = connection.getMessagesIn();
    Seen before = inHead.get(connection);
    Seen seen = before != null && before.requests() == requests ? before : new Seen(requests, now);
    if (now - seen.at() >= longest.toNanos()) {
      connection.getEndPoint().close();
    } else {
      still.put(connection, seen);
    }
  }

  /**
   * A new connection is waited for like a head that has begun; one that is kept alive has the idle
   * timeout for that.
   */
  private static boolean inHead(HttpConnection connection) {
    return connection.getParser().inHeaderState()
        && (!connection.getParser().isStart() || connection.getMessagesIn() == 0);
  }
}
