package io.windlass.engine.local.proxy;

/**
 * What the proxy takes at most.
 *
 * @param connections client connections at once; further ones wait in the system's queue
 * @param backendConnections connections to one replica at once
 * @param queued requests that wait for a connection to one replica
 * @param held requests that wait for a replica to become ready, over all routes
 * @param requestHead bytes of a request's line and headers; more is answered with 431
 * @param responseHead bytes of an answer's status line and headers; more is answered with 502
 * @param bufferBytes bytes of idle buffers kept for reuse
 * @param threads threads that move bytes; none of them ever waits
 */
public record Limits(
    int connections,
    int backendConnections,
    int queued,
    int held,
    int requestHead,
    int responseHead,
    long bufferBytes,
    int threads) {

  /** What is used where nothing else is configured. */
  public static final Limits DEFAULT =
      new Limits(10_000, 512, 1_024, 1_000, 16 * 1024, 32 * 1024, 16L * 1024 * 1024, 8);
}
