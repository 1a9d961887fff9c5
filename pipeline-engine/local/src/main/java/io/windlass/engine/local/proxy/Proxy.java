package io.windlass.engine.local.proxy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * The reverse proxy. Started once, closed once; everything else may be called from any thread at
 * any time, also before {@link #start()}.
 */
public final class Proxy implements AutoCloseable {

  private final ProxySettings settings;
  private final Server server = new Server();
  private final List<ServerConnector> connectors = new ArrayList<>();
  private final Upstreams upstreams = new Upstreams();
  private volatile RouteTable routes = RouteTable.empty();

  /** A proxy that keeps no access log. */
  public Proxy(ProxySettings settings) {
    this.settings = settings;
  }

  /**
   * Listens, and answers from then on.
   *
   * @return the port of the first address
   * @throws ProxyException if an address is taken or forbidden; nothing listens then
   */
  public int start() throws ProxyException {
    try {
      for (InetSocketAddress address : settings.listen()) {
        ServerConnector connector = new ServerConnector(server, 1, 1);
        connector.setHost(address.getHostString());
        connector.setPort(address.getPort());
        connectors.add(connector);
        server.addConnector(connector);
      }
      server.setHandler(new ReverseHandler(() -> routes));
      server.start();
      return addresses().getFirst().getPort();
    } catch (Exception e) {
      close();
      throw new ProxyException(
          "Tried to listen on %s but %s; free the address or choose another one"
              .formatted(settings.listen(), e.getMessage()),
          e);
    }
  }

  /** Where the proxy listens, with the ports that were taken. Empty before the start. */
  public List<InetSocketAddress> addresses() {
    return connectors.stream()
        .map(one -> new InetSocketAddress(one.getHost(), one.getLocalPort()))
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
        upstreams.replicas(System.nanoTime()), upstreams.releases(), 0, 0, Map.of());
  }

  /**
   * Stops listening at once, lets requests under way end within the settings' time, then cuts them.
   */
  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("Tried to stop the proxy but " + e.getMessage(), e);
    }
  }
}
