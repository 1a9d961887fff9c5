package io.windlass.engine.local.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;

/**
 * A client's request on its way through the proxy, over all the replicas that it is tried on.
 *
 * <p>Whatever reads its body reads it here, which is how we know whether another replica can still
 * have it whole: a body is never kept.
 */
final class Exchange extends Request.Wrapper {

  private final Response response;
  private final Callback callback;
  private final String host;
  private final InetAddress peer;
  private final String requestId;
  private final boolean trusted;
  private final double lot;
  private final List<Upstream> tried = new CopyOnWriteArrayList<>();
  private final AtomicBoolean recorded = new AtomicBoolean();

  private volatile Optional<Attempt> attempt = Optional.empty();
  private volatile Optional<String> failure = Optional.empty();
  private volatile Optional<String> fleet = Optional.empty();
  private volatile boolean bodyTouched;
  private volatile boolean clientFailed;
  private volatile Optional<Tunnel> tunnel = Optional.empty();
  private final AtomicInteger attempts = new AtomicInteger();
  private final AtomicLong bytesIn = new AtomicLong();
  private final AtomicLong bytesOut = new AtomicLong();

  /**
   * @param lot decides between releases, from 0 to less than 1; the same on every try
   */
  Exchange(
      Request request, Response response, Callback callback, Forwarding forwarding, double lot) {
    super(request);
    this.lot = lot;
    this.response = response;
    this.callback = callback;
    this.host =
        Optional.ofNullable(Request.getServerName(request)).orElse("").toLowerCase(Locale.ROOT);
    this.peer =
        request.getConnectionMetaData().getRemoteSocketAddress() instanceof InetSocketAddress inet
            ? inet.getAddress()
            : InetAddress.getLoopbackAddress();
    this.trusted = forwarding.trusts(peer);
    this.requestId = forwarding.requestId(request.getHeaders().get("X-Request-Id"));
  }

  Response response() {
    return response;
  }

  Callback callback() {
    return callback;
  }

  /** In lower case, without a port; empty if the client named none. */
  String host() {
    return host;
  }

  InetAddress peer() {
    return peer;
  }

  boolean trusted() {
    return trusted;
  }

  String requestId() {
    return requestId;
  }

  double lot() {
    return lot;
  }

  /** The replicas that failed it. */
  List<Upstream> tried() {
    return tried;
  }

  int attempts() {
    return attempts.get();
  }

  Attempt attempt() {
    return attempt.orElseThrow();
  }

  void fleet(String name) {
    fleet = Optional.of(name);
  }

  /**
   * @param upstream with a place taken
   */
  Attempt begin(Upstream upstream) {
    Attempt next = new Attempt(upstream);
    attempts.incrementAndGet();
    tried.add(upstream);
    attempt = Optional.of(next);
    return next;
  }

  /** Forgets which replicas failed: the table has changed since. */
  void forgive() {
    tried.clear();
  }

  void failed(String why) {
    failure = Optional.of(why);
  }

  Optional<String> failure() {
    return failure;
  }

  /** The client went away, or sent what is no body: no replica's fault. */
  boolean clientFailed() {
    return clientFailed;
  }

  void clientFailed(Throwable cause) {
    clientFailed = true;
    failed("client: " + Refusal.reason(cause));
  }

  /**
   * Whether the client asks to leave HTTP on this connection. HTTP/2 in clear text is not offered
   * here.
   */
  Optional<String> upgrade() {
    if (!getHeaders().contains(HttpHeader.CONNECTION, "upgrade") || getLength() > 0) {
      return Optional.empty();
    }
    return Optional.ofNullable(getHeaders().get(HttpHeader.UPGRADE))
        .filter(protocol -> !protocol.toLowerCase(Locale.ROOT).startsWith("h2"));
  }

  /** Whether doing it twice is the same as doing it once, and it has no body that could be lost. */
  boolean safe() {
    return switch (getMethod()) {
      case "GET", "HEAD", "OPTIONS" -> true;
      default -> false;
    };
  }

  boolean bodyTouched() {
    return bodyTouched;
  }

  void tunnel(Tunnel opened) {
    tunnel = Optional.of(opened);
  }

  Optional<Tunnel> tunnel() {
    return tunnel;
  }

  @Override
  public Content.Chunk read() {
    bodyTouched = true;
    Content.Chunk chunk = super.read();
    if (Content.Chunk.isFailure(chunk)) {
      clientFailed(chunk.getFailure());
    } else if (chunk != null) {
      count(chunk.remaining());
    }
    return chunk;
  }

  @Override
  public void demand(Runnable demandCallback) {
    bodyTouched = true;
    super.demand(demandCallback);
  }

  /**
   * The client of the replica fails the body when its connection fails: not our client's matter
   * while it is whole.
   */
  @Override
  public void fail(Throwable cause) {
    if (bodyTouched) {
      super.fail(cause);
    }
  }

  void count(long in) {
    bytesIn.addAndGet(in);
    attempt().upstream().counters().in(in);
  }

  void countOut(long out) {
    bytesOut.addAndGet(out);
    attempt().upstream().counters().out(out);
  }

  /**
   * What the client was told; Jetty forgets an answer when the request has ended, and a tunnel ends
   * later.
   */
  private int status() {
    if (tunnel.isPresent()) {
      return HttpStatus.SWITCHING_PROTOCOLS_101;
    }
    return response.isCommitted() ? response.getStatus() : 0;
  }

  /** Writes the line of the access log, once. */
  void record(Access.Log log, String client) {
    if (!recorded.compareAndSet(false, true)) {
      return;
    }
    Optional<Upstream> last = attempt.map(Attempt::upstream);
    log.record(
        new Access(
            Instant.ofEpochMilli(Request.getTimeStamp(this)),
            requestId,
            client,
            getMethod(),
            host,
            Optional.ofNullable(getHttpURI().getPath()).orElse(""),
            status(),
            bytesIn.get(),
            bytesOut.get(),
            Duration.ofNanos(System.nanoTime() - getHeadersNanoTime()),
            attempts.get(),
            fleet,
            last.map(Upstream::replica),
            last.map(Upstream::release),
            failure));
  }
}
