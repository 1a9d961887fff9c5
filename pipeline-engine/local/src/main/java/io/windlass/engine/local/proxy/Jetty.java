package io.windlass.engine.local.proxy;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCompliance;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.UriCompliance;
import org.eclipse.jetty.http.UriCompliance.Violation;
import org.eclipse.jetty.io.ArrayByteBufferPool;
import org.eclipse.jetty.io.ByteBufferPool;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.SocketAddressResolver;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.eclipse.jetty.util.thread.Invocable.InvocationType;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * The Jetty server and client of the proxy, made small: they share one thread pool, one scheduler
 * and one bounded pool of buffers. Our code never blocks, so a request is read, passed on and
 * answered on the selectors' own threads.
 */
final class Jetty {

  private static final int HEAD_BUFFER = 8 * 1024;
  private static final int BODY_BUFFER = 16 * 1024;

  /**
   * Paths that are unusual but have one meaning to everybody, or no meaning to us: the replica
   * decides.
   */
  private static final UriCompliance PATHS =
      UriCompliance.RFC3986.with(
          "PROXY",
          Violation.AMBIGUOUS_PATH_SEPARATOR,
          Violation.AMBIGUOUS_PATH_ENCODING,
          Violation.AMBIGUOUS_EMPTY_SEGMENT,
          Violation.BAD_UTF8_ENCODING,
          Violation.TRUNCATED_UTF8_ENCODING,
          Violation.ILLEGAL_PATH_CHARACTERS);

  private final ProxySettings settings;
  private final QueuedThreadPool threads;
  private final Scheduler scheduler = new ScheduledExecutorScheduler("proxy-timer", true, 1);
  private final ByteBufferPool buffers;
  private final Server server;
  private final int selectors;
  private final Inherited inherited;
  private final NetworkConnectionLimit connections;
  private final List<ProxyConnector> connectors = new ArrayList<>();

  /** Where the socket of {@link ProxySettings#inheritSocket()} comes from. */
  interface Inherited {
    ServerSocketChannel socket() throws IOException;
  }

  Jetty(ProxySettings settings, Inherited inherited) {
    this.settings = settings;
    this.inherited = inherited;
    this.selectors = Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors() / 2));
    int listeners = settings.listen().size() + (settings.inheritSocket() ? 1 : 0);
    int busy = listeners * (selectors + 1) + selectors;
    this.threads = new QueuedThreadPool(busy + settings.limits().threads(), Math.min(busy + 1, 8));
    threads.setName("proxy");
    threads.setReservedThreads(0);
    threads.setDaemon(true);
    long memory = settings.limits().bufferBytes();
    this.buffers = new ArrayByteBufferPool(0, 4096, 64 * 1024, 1024, memory / 4, memory);
    this.server = new Server(threads, scheduler, buffers);
    this.connections = new NetworkConnectionLimit(settings.limits().connections(), server);
  }

  Executor executor() {
    return threads;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  ByteBufferPool buffers() {
    return buffers;
  }

  /** Opens all addresses and serves them with this handler. */
  List<ProxyConnector> start(Handler handler) throws Exception {
    for (InetSocketAddress address : settings.listen()) {
      ProxyConnector connector = prepared(ProxyConnector.opening(server, selectors, http()));
      connector.setHost(address.getAddress().getHostAddress());
      connector.setPort(address.getPort());
      connectors.add(connector);
    }
    if (settings.inheritSocket()) {
      connectors.add(
          prepared(ProxyConnector.serving(inherited.socket(), server, selectors, http())));
    }
    connectors.forEach(server::addConnector);
    server.addBean(connections);
    server.addBean(new HeadDeadline(connectors, settings.timeouts().clientHead(), scheduler));
    server.setHandler(handler);
    server.setErrorHandler(new Refusal());
    server.start();
    return connectors;
  }

  /**
   * Accepts nothing from now on, and waits until the clients have gone, or so long. The handler has
   * to end connections with their answers.
   */
  void leave(Duration longest) throws InterruptedException {
    // What waits in a backlog because of the limit is answered, too.
    connections.setMaxNetworkConnectionCount(Integer.MAX_VALUE);
    connectors.forEach(ProxyConnector::leave);
    new Leaving(connectors, connections, settings.timeouts().lastRequest()).await(longest);
  }

  void stop() throws Exception {
    server.stop();
  }

  /** The listening socket that this process was started with. */
  static ServerSocketChannel inherited() throws IOException {
    Channel channel = System.inheritedChannel();
    if (channel instanceof ServerSocketChannel listening) {
      return listening;
    }
    throw new IOException(
        "standard input is no listening socket (systemd: Accept=no in the socket unit, StandardInput=socket in the service)");
  }

  private HttpConnectionFactory http() {
    HttpConfiguration http = new HttpConfiguration();
    http.setHttpCompliance(HttpCompliance.STRICT);
    http.setUriCompliance(PATHS);
    http.setRequestHeaderSize(settings.limits().requestHead());
    http.setResponseHeaderSize(HEAD_BUFFER);
    http.setMaxResponseHeaderSize(settings.limits().responseHead() + HEAD_BUFFER);
    http.setInputBufferSize(HEAD_BUFFER);
    http.setIdleTimeout(settings.timeouts().idle().toMillis());
    http.setSendServerVersion(false);
    http.setSendDateHeader(true);
    http.setHeaderCacheSize(256);
    return new HttpConnectionFactory(http);
  }

  private ProxyConnector prepared(ProxyConnector connector) {
    connector.setIdleTimeout(settings.timeouts().keepAlive().toMillis());
    connector.setReuseAddress(true);
    connector.setAcceptQueueSize(1024);
    return connector;
  }

  /** The client that speaks to replicas; started by the handler that uses it. */
  HttpClient client() {
    ClientConnector connector = new ClientConnector();
    connector.setSelectors(selectors);
    connector.setTCPNoDelay(true);
    // Nothing here speaks TLS, and what the machine trusts would take megabytes.
    connector.setSslContextFactory(
        new SslContextFactory.Client() {
          @Override
          protected void doStart() {}
        });
    HttpClientTransportOverHTTP transport = new HttpClientTransportOverHTTP(connector);
    transport.setInvocationType(InvocationType.NON_BLOCKING);
    HttpClient client = new HttpClient(transport);
    client.setExecutor(threads);
    client.setScheduler(scheduler);
    client.setByteBufferPool(buffers);
    client.setSocketAddressResolver(new SocketAddressResolver.Sync());
    client.setHttpCookieStore(new HttpCookieStore.Empty());
    client.setUserAgentField(null);
    client.setDefaultRequestContentType(null);
    client.setConnectTimeout(settings.timeouts().connect().toMillis());
    client.setIdleTimeout(settings.timeouts().backendKeepAlive().toMillis());
    client.setDestinationIdleTimeout(4 * settings.timeouts().backendKeepAlive().toMillis());
    client.setMaxConnectionsPerDestination(settings.limits().backendConnections());
    client.setMaxRequestsQueuedPerDestination(settings.limits().queued());
    client.setRequestBufferSize(HEAD_BUFFER);
    client.setResponseBufferSize(BODY_BUFFER);
    client.setMaxRequestHeadersSize(2 * settings.limits().requestHead() + HEAD_BUFFER);
    client.setMaxResponseHeadersSize(settings.limits().responseHead());
    return client;
  }
}
