package io.windlass.engine.local.proxy;

import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A replica at an address, as the proxy sees it: what it has under way, whether it may have more,
 * and what it did.
 *
 * <p>It outlives the route table that named it, until its last request has ended.
 */
final class Upstream {

  private final String replica;
  private final String release;
  private final String fleet;
  private final InetSocketAddress address;
  private final String origin;
  private final Counters counters;

  private final AtomicLong inFlight = new AtomicLong();
  private final Set<Tunnel> tunnels = ConcurrentHashMap.newKeySet();
  private final CompletableFuture<Void> drained = new CompletableFuture<>();
  private volatile boolean drainAsked;
  private volatile boolean drainingInTable;
  private volatile long refusedUntil;
  private volatile boolean refusing;

  Upstream(
      String replica, String release, String fleet, InetSocketAddress address, Counters counters) {
    this.replica = replica;
    this.release = release;
    this.fleet = fleet;
    this.address = address;
    this.counters = counters;
    String host = address.getAddress().getHostAddress();
    this.origin =
        "http://%s:%d"
            .formatted(
                address.getAddress() instanceof Inet6Address ? "[" + host + "]" : host,
                address.getPort());
  }

  String replica() {
    return replica;
  }

  String release() {
    return release;
  }

  String fleet() {
    return fleet;
  }

  InetSocketAddress address() {
    return address;
  }

  /** Scheme, address and port, as a URI begins. */
  String origin() {
    return origin;
  }

  Counters counters() {
    return counters;
  }

  long inFlight() {
    return inFlight.get();
  }

  boolean draining() {
    return drainAsked || drainingInTable;
  }

  /**
   * What the table says. A replica whose drain was asked for stays draining, whatever a table says.
   */
  void state(BackendState state) {
    drainingInTable = state == BackendState.DRAINING;
  }

  /**
   * Takes a place for one request; to be given back with {@link #giveBack()}.
   *
   * @return false if the replica gets nothing new
   */
  boolean acquire() {
    // Counted first and asked second: a drain that begins in between sees the place, or this sees
    // the drain.
    inFlight.incrementAndGet();
    if (draining()) {
      giveBack();
      return false;
    }
    return true;
  }

  void giveBack() {
    if (inFlight.decrementAndGet() == 0 && drainAsked) {
      drained.complete(null);
    }
  }

  /** Stops new requests; done when the last one that is under way has ended. */
  CompletableFuture<Void> drain() {
    drainAsked = true;
    if (inFlight.get() == 0) {
      drained.complete(null);
    }
    return drained.copy();
  }

  void opened(Tunnel tunnel) {
    tunnels.add(tunnel);
  }

  void closed(Tunnel tunnel) {
    tunnels.remove(tunnel);
  }

  /** Ends what would not end by itself. */
  void cutTunnels() {
    tunnels.forEach(Tunnel::cut);
  }

  /** It did not take a connection: pass it over for this long. True if it took them before. */
  boolean refused(long now, Duration pause) {
    boolean first = !refusing;
    refusedUntil = now + pause.toNanos();
    refusing = true;
    return first;
  }

  void answered() {
    if (refusing) {
      refusing = false;
    }
  }

  boolean refusing(long now) {
    return refusing && refusedUntil - now > 0;
  }
}
