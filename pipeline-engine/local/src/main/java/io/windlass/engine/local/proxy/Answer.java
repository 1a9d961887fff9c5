package io.windlass.engine.local.proxy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.transport.HttpRequest;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.HttpStream;
import org.eclipse.jetty.util.BufferUtil;

/**
 * One replica's answer on its way to the client. The next piece is asked for when the last one has
 * been written: a slow client slows the replica, and nothing piles up here.
 */
final class Answer {

  private final Exchange exchange;
  private final Attempt attempt;
  private final Forwarding forwarding;
  private final Jetty jetty;
  private final Timeouts timeouts;
  private final Access.Log log;
  private boolean headSent;
  private Optional<Tunnel> tunnel = Optional.empty();

  Answer(Exchange exchange, Forwarding forwarding, Jetty jetty, Timeouts timeouts, Access.Log log) {
    this.exchange = exchange;
    this.attempt = exchange.attempt();
    this.forwarding = forwarding;
    this.jetty = jetty;
    this.timeouts = timeouts;
    this.log = log;
  }

  void begin(Response response) {
    attempt.upstream().answered();
    if (response.getStatus() == HttpStatus.SWITCHING_PROTOCOLS_101
        && exchange.upgrade().isEmpty()) {
      abort(response, new IOException("the replica left HTTP without being asked to"));
      return;
    }
    exchange.response().setStatus(response.getStatus());
  }

  void headers(Response response) {
    Upstream upstream = attempt.upstream();
    upstream
        .counters()
        .answered(response.getStatus(), System.nanoTime() - exchange.getHeadersNanoTime());
    HttpFields.Mutable to = exchange.response().getHeaders();
    exchange.countOut(forwarding.response(response.getHeaders(), to));
    if (response.getHeaders().contains(HttpHeader.TRAILER)) {
      exchange.response().setTrailersSupplier(response::getTrailers);
    }
    EndPoint replica =
        (EndPoint)
            ((HttpRequest) response.getRequest())
                .getConversation()
                .getAttribute(EndPoint.class.getName());
    if (response.getStatus() == HttpStatus.SWITCHING_PROTOCOLS_101) {
      to.put(HttpHeader.CONNECTION, "Upgrade");
      exchange.upgrade().ifPresent(protocol -> to.put(HttpHeader.UPGRADE, protocol));
      prepareTunnel(upstream, replica);
    } else {
      // From here on it is a question of silence, not of how long an answer may take to begin.
      replica.setIdleTimeout(timeouts.idle().toMillis());
    }
  }

  private void prepareTunnel(Upstream upstream, EndPoint replica) {
    Tunnel opened =
        new Tunnel(
            exchange.getConnectionMetaData().getConnection().getEndPoint(),
            replica,
            jetty.executor(),
            jetty.buffers(),
            exchange::count,
            exchange::countOut,
            closed -> {
              upstream.closed(closed);
              attempt.end();
              exchange.record(log, forwarding.client(exchange.peer(), exchange.getHeaders()));
            });
    tunnel = Optional.of(opened);
    exchange.tunnel(opened);
    upstream.opened(opened);
    exchange.setAttribute(HttpStream.UPGRADE_CONNECTION_ATTRIBUTE, opened.client());
  }

  void content(Response response, Content.Source source) {
    Content.Chunk chunk = source.read();
    if (chunk == null) {
      awaitContent(response, source);
    } else if (Content.Chunk.isFailure(chunk)) {
      abort(response, chunk.getFailure());
      if (!chunk.isLast()) {
        source.fail(chunk.getFailure());
      }
    } else if (chunk.isLast() && !chunk.hasRemaining()) {
      chunk.release();
    } else {
      write(response, source, chunk);
    }
  }

  private void awaitContent(Response response, Content.Source source) {
    Runnable again = Invocables.nonBlocking(() -> content(response, source));
    if (headSent) {
      source.demand(again);
      return;
    }
    // The head is here and the body is not: an event stream may stay like this for long, and its
    // client waits for the head.
    headSent = true;
    exchange
        .response()
        .write(
            false,
            BufferUtil.EMPTY_BUFFER,
            Invocables.callback(() -> source.demand(again), cause -> clientGone(response, cause)));
  }

  private void write(Response response, Content.Source source, Content.Chunk chunk) {
    headSent = true;
    ByteBuffer bytes = chunk.getByteBuffer();
    exchange.countOut(bytes.remaining());
    exchange
        .response()
        .write(
            false,
            bytes,
            Invocables.callback(
                () -> {
                  chunk.release();
                  source.demand(Invocables.nonBlocking(() -> content(response, source)));
                },
                cause -> {
                  chunk.release();
                  clientGone(response, cause);
                }));
  }

  private void clientGone(Response response, Throwable cause) {
    exchange.clientFailed(cause);
    abort(response, cause);
  }

  private static void abort(Response response, Throwable cause) {
    // How it ends is told to complete().
    var _ = response.abort(cause);
  }

  void complete(boolean succeeded) {
    if (tunnel.isPresent() && succeeded) {
      tunnel.get().takeOver(timeouts.idle().toMillis());
    } else {
      attempt.end();
    }
  }
}
