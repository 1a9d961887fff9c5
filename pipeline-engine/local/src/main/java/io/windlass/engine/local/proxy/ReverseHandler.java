package io.windlass.engine.local.proxy;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.DoubleSupplier;
import java.util.function.Supplier;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.HttpUpgrader;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpHeaderValue;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.http.HttpURI;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.proxy.ProxyHandler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each request to a replica, and to another one if that replica fails in a way that lets us.
 *
 * <p>Another replica is asked when no byte of the request can have reached the first one (no
 * connection), or when the request is a GET, HEAD or OPTIONS whose connection broke; in both cases
 * only while nothing of its body was read and nothing of an answer was sent. A replica that is slow
 * is not asked again elsewhere: that would double the load when there is too much.
 *
 * <p>Never blocks: it runs on the threads that move bytes.
 */
final class ReverseHandler extends ProxyHandler.Reverse {

  /** How many replicas a request is tried on at most. */
  private static final int MOST_ATTEMPTS = 4;

  private static final Logger LOG = LoggerFactory.getLogger(ReverseHandler.class);

  private final Supplier<RouteTable> routes;
  private final Timeouts timeouts;
  private final Forwarding forwarding;
  private final Totals totals;
  private final Access.Log log;
  private final Jetty jetty;
  private final DoubleSupplier lots;
  private final Holding holding;
  private volatile boolean closing;

  /**
   * @param lots one for each request, from 0 to less than 1, all equally likely
   */
  ReverseHandler(
      Supplier<RouteTable> routes,
      ProxySettings settings,
      Totals totals,
      Access.Log log,
      Jetty jetty,
      DoubleSupplier lots) {
    super(Request::getHttpURI);
    this.routes = routes;
    this.timeouts = settings.timeouts();
    this.forwarding = new Forwarding(settings.trusted());
    this.totals = totals;
    this.log = log;
    this.jetty = jetty;
    this.lots = lots;
    this.holding =
        new Holding(
            timeouts.hold(),
            settings.limits().held(),
            jetty.scheduler(),
            jetty.executor(),
            (exchange, last) -> {
              exchange.forgive();
              give(exchange, !last);
            });
  }

  /** Lets the requests that wait for a replica try again. */
  void tableChanged() {
    holding.tableChanged();
  }

  /** From now on each answer is the last one on its connection. */
  void closing() {
    closing = true;
  }

  @Override
  public InvocationType getInvocationType() {
    return InvocationType.NON_BLOCKING;
  }

  @Override
  protected HttpClient newHttpClient() {
    return jetty.client();
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Exchange exchange = new Exchange(request, response, callback, forwarding, lots.getAsDouble());
    totals.begun();
    Request.addCompletionListener(request, failure -> completed(exchange, failure));
    // While we wait for a replica the client has nothing to send: only the replica's time counts
    // then.
    request.addIdleTimeoutListener(timeout -> false);
    if (HttpMethod.CONNECT.is(request.getMethod())) {
      refuse(exchange, HttpStatus.METHOD_NOT_ALLOWED_405, "CONNECT is not offered here");
    } else {
      give(exchange, true);
    }
    return true;
  }

  private void completed(Exchange exchange, @Nullable Throwable failure) {
    totals.ended();
    if (failure != null && exchange.failure().isEmpty()) {
      exchange.clientFailed(failure);
    }
    exchange
        .tunnel()
        .ifPresentOrElse(
            tunnel -> {
              if (failure != null) {
                tunnel.cut();
              }
            },
            () -> exchange.record(log, forwarding.client(exchange.peer(), exchange.getHeaders())));
  }

  /**
   * @param mayHold whether it may wait if nobody is ready
   */
  private void give(Exchange exchange, boolean mayHold) {
    RouteTable table = routes.get();
    String path = exchange.getHttpURI().getCanonicalPath();
    Optional<Target> target = table.find(exchange.host(), path == null ? "/" : path);
    if (target.isEmpty()) {
      totals.noRoute();
      refuse(
          exchange,
          HttpStatus.NOT_FOUND_404,
          "No application is served here for host \"%s\" and this path".formatted(exchange.host()));
      return;
    }
    String fleet = target.get().route().fleet();
    exchange.fleet(fleet);
    Optional<Upstream> upstream =
        exchange.attempts() < MOST_ATTEMPTS
            ? target.get().acquire(exchange.tried(), exchange.lot(), System.nanoTime())
            : Optional.empty();
    if (upstream.isPresent()) {
      send(exchange, upstream.get());
    } else if (mayHold && holding.hold(exchange)) {
      if (routes.get() != table) {
        holding.tableChanged();
      }
    } else {
      totals.nobodyReady(fleet);
      refuse(
          exchange,
          HttpStatus.SERVICE_UNAVAILABLE_503,
          exchange.attempts() == 0
              ? "No replica is ready; try again in a moment"
              : "No replica took the request; try again in a moment");
    }
  }

  private void send(Exchange exchange, Upstream upstream) {
    Attempt attempt = exchange.begin(upstream);
    try {
      super.handle(exchange, exchange.response(), exchange.callback());
    } catch (RuntimeException e) {
      attempt.end();
      LOG.atWarn().addKeyValue("replica", upstream.replica()).setCause(e).log("request not sent");
      refuse(exchange, HttpStatus.BAD_GATEWAY_502, "The request could not be passed on");
    }
  }

  /** Asked when the head of an answer is complete: the request may have come long before. */
  private void endConnection(Exchange exchange) {
    if (closing) {
      exchange.response().getHeaders().put(HttpHeader.CONNECTION, HttpHeaderValue.CLOSE);
    }
  }

  private void refuse(Exchange exchange, int status, String reason) {
    exchange.failed(reason);
    endConnection(exchange);
    Refusal.write(exchange, exchange.response(), exchange.callback(), status, reason);
  }

  @Override
  protected org.eclipse.jetty.client.Request newProxyToServerRequest(
      Request clientToProxyRequest, HttpURI newHttpURI) {
    Exchange exchange = (Exchange) clientToProxyRequest;
    Attempt attempt = exchange.attempt();
    org.eclipse.jetty.client.Request request =
        uri(attempt.upstream(), newHttpURI.getPathQuery())
            .method(exchange.getMethod())
            .idleTimeout(timeouts.response().toMillis(), TimeUnit.MILLISECONDS)
            .onRequestBegin(begun -> attempt.connected());
    if (exchange.upgrade().isPresent()) {
      request.attribute(
          HttpUpgrader.Factory.class.getName(), (HttpUpgrader.Factory) Tunnelling::new);
    }
    if (exchange.getHeaders().contains(HttpHeader.TRAILER)) {
      request.trailersSupplier(exchange::getTrailers);
    }
    return request;
  }

  /** The client's path and query, byte for byte. */
  private org.eclipse.jetty.client.Request uri(Upstream upstream, String pathQuery) {
    try {
      return getHttpClient().newRequest(new URI(upstream.origin() + pathQuery));
    } catch (URISyntaxException notStrictlyAUri) {
      return getHttpClient()
          .newRequest(
              upstream.address().getAddress().getHostAddress(), upstream.address().getPort())
          .path(pathQuery);
    }
  }

  @Override
  protected void copyRequestHeaders(
      Request clientToProxyRequest, org.eclipse.jetty.client.Request proxyToServerRequest) {
    Exchange exchange = (Exchange) clientToProxyRequest;
    proxyToServerRequest.headers(to -> exchange.count(forwarding.request(exchange, to)));
  }

  @Override
  protected void addProxyHeaders(
      Request clientToProxyRequest, org.eclipse.jetty.client.Request proxyToServerRequest) {
    // Done together with the other headers.
  }

  @Override
  protected org.eclipse.jetty.client.Response.CompleteListener newServerToProxyResponseListener(
      Request clientToProxyRequest,
      org.eclipse.jetty.client.Request proxyToServerRequest,
      Response proxyToClientResponse,
      Callback proxyToClientCallback) {
    Exchange exchange = (Exchange) clientToProxyRequest;
    return new Relay(exchange, proxyToServerRequest);
  }

  @Override
  protected void onServerToProxyResponseFailure(
      Request clientToProxyRequest,
      org.eclipse.jetty.client.Request proxyToServerRequest,
      org.eclipse.jetty.client.Response serverToProxyResponse,
      Response proxyToClientResponse,
      Callback proxyToClientCallback,
      Throwable failure) {
    Exchange exchange = (Exchange) clientToProxyRequest;
    Attempt attempt = exchange.attempt();
    if (exchange.clientFailed()) {
      proxyToClientCallback.failed(failure);
      return;
    }
    boolean unseen = !attempt.mayHaveBeenSeen();
    boolean late = failure instanceof TimeoutException;
    attempt.upstream().counters().failure();
    if (unseen && !(failure instanceof RejectedExecutionException)) {
      refused(attempt.upstream(), failure);
    }
    if (proxyToClientResponse.isCommitted()) {
      // The client has a part of an answer: cut it, so that it is not taken for the whole.
      exchange.failed(Refusal.reason(failure));
      proxyToClientCallback.failed(failure);
    } else if (!exchange.bodyTouched() && (unseen || (exchange.safe() && !late))) {
      proxyToClientResponse.reset();
      give(exchange, unseen);
    } else {
      proxyToClientResponse.reset();
      refuse(
          exchange,
          late ? HttpStatus.GATEWAY_TIMEOUT_504 : HttpStatus.BAD_GATEWAY_502,
          late ? "The application did not answer in time" : "The application broke the connection");
    }
  }

  private void refused(Upstream upstream, Throwable failure) {
    if (upstream.refused(System.nanoTime(), timeouts.refused())) {
      LOG.atWarn()
          .addKeyValue("replica", upstream.replica())
          .addKeyValue("address", upstream.address())
          .addKeyValue("cause", Refusal.reason(failure))
          .log("replica does not take connections");
    }
  }

  /** Tells Jetty's client that the answer 101 is ours to deal with. */
  private record Tunnelling(HttpVersion version) implements HttpUpgrader {

    @Override
    public void prepare(org.eclipse.jetty.client.Request request) {
      // The client's own headers say it all.
    }

    @Override
    public void upgrade(
        org.eclipse.jetty.client.Response response, EndPoint endPoint, Callback callback) {
      callback.succeeded();
    }
  }

  /** Brings one replica's answer to the client. */
  private final class Relay extends ProxyResponseListener {

    private final Exchange exchange;
    private final Answer answer;

    Relay(Exchange exchange, org.eclipse.jetty.client.Request request) {
      super(exchange, request, exchange.response(), exchange.callback());
      this.exchange = exchange;
      this.answer = new Answer(exchange, forwarding, jetty, timeouts, log);
    }

    @Override
    public void onBegin(org.eclipse.jetty.client.Response response) {
      answer.begin(response);
    }

    @Override
    public void onHeaders(org.eclipse.jetty.client.Response response) {
      answer.headers(response);
      if (response.getStatus() != HttpStatus.SWITCHING_PROTOCOLS_101) {
        endConnection(exchange);
      }
    }

    @Override
    public void onContentSource(
        org.eclipse.jetty.client.Response response,
        org.eclipse.jetty.io.Content.Source contentSource) {
      answer.content(response, contentSource);
    }

    @Override
    public void onComplete(org.eclipse.jetty.client.Result result) {
      answer.complete(result.isSucceeded());
      super.onComplete(result);
    }
  }
}
