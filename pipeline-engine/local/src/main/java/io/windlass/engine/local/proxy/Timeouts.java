package io.windlass.engine.local.proxy;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * How long the proxy waits, and for what.
 *
 * @param connect for a replica to accept a connection
 * @param response for which a replica may be silent before its answer begins; then 504
 * @param idle for the next byte of a body or an answer, from client or replica; also for which a
 *     tunnel (WebSocket) may be silent both ways
 * @param clientHead for a client to send the whole head of a request, from its first byte (and for
 *     the first byte of a new connection)
 * @param keepAlive for the next request on an open client connection
 * @param backendKeepAlive for which an unused connection to a replica is kept; shorter than what
 *     common servers use (Node.js: 5 s), so that we close it first and never send into a closing
 *     connection
 * @param hold for which a request waits for a replica to become ready before it is answered with
 *     503; 0 answers at once
 * @param refused for which a replica that refused a connection gets no requests, unless no other is
 *     left
 * @param lastRequest when the proxy is closed: for a request on a connection that is open and has
 *     none; its answer ends the connection
 * @param stop for all that is open or under way when the proxy is closed
 */
public record Timeouts(
    Duration connect,
    Duration response,
    Duration idle,
    Duration clientHead,
    Duration keepAlive,
    Duration backendKeepAlive,
    Duration hold,
    Duration refused,
    Duration lastRequest,
    Duration stop) {

  /** What is used where nothing else is configured. */
  public static final Timeouts DEFAULT =
      new Timeouts(
          Duration.ofSeconds(2),
          Duration.ofSeconds(60),
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          Duration.ofSeconds(75),
          Duration.ofSeconds(4),
          Duration.ofMillis(250),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10));

  public Timeouts withResponse(Duration longest) {
    return with(next -> next.response = longest);
  }

  public Timeouts withIdle(Duration longest) {
    return with(next -> next.idle = longest);
  }

  public Timeouts withClientHead(Duration longest) {
    return with(next -> next.clientHead = longest);
  }

  public Timeouts withKeepAlive(Duration longest) {
    return with(next -> next.keepAlive = longest);
  }

  public Timeouts withHold(Duration longest) {
    return with(next -> next.hold = longest);
  }

  public Timeouts withRefused(Duration longest) {
    return with(next -> next.refused = longest);
  }

  public Timeouts withStop(Duration longest) {
    return with(next -> next.stop = longest);
  }

  public Timeouts withLastRequest(Duration longest) {
    return with(next -> next.lastRequest = longest);
  }

  private Timeouts with(Consumer<Draft> change) {
    Draft draft = new Draft(this);
    change.accept(draft);
    return draft.made();
  }

  /** Other settings while they are made. */
  private static final class Draft {
    private final Duration connect;
    private Duration response;
    private Duration idle;
    private Duration clientHead;
    private Duration keepAlive;
    private final Duration backendKeepAlive;
    private Duration hold;
    private Duration refused;
    private Duration lastRequest;
    private Duration stop;

    Draft(Timeouts from) {
      this.connect = from.connect;
      this.response = from.response;
      this.idle = from.idle;
      this.clientHead = from.clientHead;
      this.keepAlive = from.keepAlive;
      this.backendKeepAlive = from.backendKeepAlive;
      this.hold = from.hold;
      this.refused = from.refused;
      this.lastRequest = from.lastRequest;
      this.stop = from.stop;
    }

    Timeouts made() {
      return new Timeouts(
          connect,
          response,
          idle,
          clientHead,
          keepAlive,
          backendKeepAlive,
          hold,
          refused,
          lastRequest,
          stop);
    }
  }
}
