package io.windlass.engine.local.proxy;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * One line of the access log. Carries the path and never the query, where secrets travel.
 *
 * @param at when the request's head had arrived
 * @param requestId the {@code X-Request-Id} that the replica saw
 * @param client the client's address: the connection's, or what a trusted proxy before us said
 * @param status what the client was answered; 0 if the client was gone before
 * @param took until the answer's last byte, or the tunnel's end
 * @param attempts how many replicas were asked
 * @param failure why there is no whole answer from a replica
 */
public record Access(
    Instant at,
    String requestId,
    String client,
    String method,
    String host,
    String path,
    int status,
    long bytesIn,
    long bytesOut,
    Duration took,
    int attempts,
    Optional<String> fleet,
    Optional<String> replica,
    Optional<String> release,
    Optional<String> failure) {

  /**
   * Takes the lines. Called from the threads that move bytes: must return at once, must not throw.
   */
  @FunctionalInterface
  public interface Log {

    void record(Access access);

    /** Keeps nothing. */
    static Log none() {
      return access -> {};
    }
  }
}
