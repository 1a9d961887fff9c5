package io.windlass.engine.local.proxy;

import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import org.eclipse.jetty.server.ServerConnector;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reverse proxy. Started once, closed once; everything else may be called from any thread at
 * any time, also before {@link #start()}.
 */
public final class Proxy implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Proxy.class);

  private final ProxySettings settings;
  private final Jetty jetty;
  private final Upstreams upstreams = new Upstreams();
  private final Totals totals = new Totals();
  private final ReverseHandler handler;
  private volatile RouteTable routes = RouteTable.empty();
  private volatile List<ProxyConnector> connectors = List.of();

  /** A proxy that keeps no access log and draws lots at random. */
  public Proxy(ProxySettings settings) {
    this(settings, () -> ThreadLocalRandom.current().nextDouble());
  }

  /**
   * A proxy that keeps no access log.
   *
   * @param lots decide between releases, one for each request, from 0 to less than 1; called on
   *     many threads
   */
  public Proxy(ProxySettings settings, DoubleSupplier lots) {
    this(settings, Access.Log.none(), Jetty::inherited, lots);
  }

  Proxy(ProxySettings settings, Access.Log log, Jetty.Inherited inherited, DoubleSupplier lots) {
    this.settings = settings;
    this.jetty = new Jetty(settings, inherited);
    this.handler = new ReverseHandler(() -> routes, settings, totals, log, jetty, lots);
  }

  /**
   * Listens, and answers from then on.
   *
   * @return the port of the first address
   * @throws ProxyException if an address is taken or forbidden; nothing listens then
   */
  public int start() throws ProxyException {
    try {
      connectors = jetty.start(handler);
      return addresses().getFirst().getPort();
    } catch (Exception e) {
      close();
      throw new ProxyException(
          "Tried to listen on %s but %s; free the address, choose another one, or allow this process to take it"
              .formatted(settings.listen(), causes(e)),
          e);
    }
  }

  private static String causes(Throwable failure) {
    Throwable cause = failure.getCause();
    return Refusal.reason(failure) + (cause == null ? "" : ": " + Refusal.reason(cause));
  }

  /** Where the proxy listens, with the ports that were taken. Empty before the start. */
  public List<InetSocketAddress> addresses() {
    return connectors.stream()
        .map(ServerConnector::getTransport)
        .filter(ServerSocketChannel.class::isInstance)
        .map(channel -> ((ServerSocketChannel) channel).socket())
        .map(socket -> new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort()))
        .toList();
  }

  /**
   * Replaces the whole table at once. A request that is under way keeps its replica, also one that
   * is no longer in the table. A replica is known by its id: in further tables with the same
   * release and address it keeps its counters, and a drain that was asked for stays in force until
   * it has left the table.
   *
   * @throws IllegalArgumentException if a host and path, or a replica, stands there in two
   *     different ways; the old table stays
   */
  public synchronized void routes(Collection<Route> table) {
    routes = upstreams.table(table);
    handler.tableChanged();
  }

  /**
   * Gives a replica nothing new from now on and waits for what it has. At the deadline its tunnels
   * (WebSockets) are cut; requests still under way are left alone and counted.
   *
   * @return completed when nothing is under way, or at the deadline; never exceptionally. A replica
   *     that is not known has nothing under way
   */
  public CompletionStage<Drained> drain(String replica, Duration deadline) {
    List<Upstream> incarnations = upstreams.of(replica);
    return CompletableFuture.allOf(
            incarnations.stream().map(Upstream::drain).toArray(CompletableFuture[]::new))
        .completeOnTimeout(null, deadline.toMillis(), TimeUnit.MILLISECONDS)
        .thenApply(ended -> {
          incarnations.forEach(Upstream::cutTunnels);
          return new Drained(replica, incarnations.stream().mapToLong(Upstream::inFlight).sum());
        });
  }

  /** What was counted so far. */
  public ProxyStats stats() {
    return new ProxyStats(
        upstreams.replicas(System.nanoTime()),
        upstreams.releases(),
        totals.unrouted(),
        connectors.stream().mapToLong(one -> one.getConnectedEndPoints().size()).sum(),
        totals.unanswered());
  }

  /**
   * Accepts nothing from now on, lets requests under way end within the settings' time, then cuts
   * them. Every connection ends with its next answer; one on which no request comes is closed after
   * the settings' {@link Timeouts#lastRequest()}. Connections that wait in the backlog are
   * answered, but for those of an inherited socket: it stays open, and they are for whom it is
   * given to next.
   */
  @Override
  public void close() {
    handler.closing();
    long began = System.nanoTime();
    Duration longest = settings.timeouts().stop();
    try {
      jetty.leave(longest);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // A client that has gone may have left a request under way.
    totals
        .idle()
        .completeOnTimeout(
            null, longest.toNanos() - (System.nanoTime() - began), TimeUnit.NANOSECONDS)
        .join();
    try {
      jetty.stop();
    } catch (Exception e) {
      LOG.warn("proxy did not stop cleanly", e);
    }
  }
}
