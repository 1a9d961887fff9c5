package io.windlass.engine.local.proxy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the proxy counted since it was started. Counters only grow; a reader takes differences.
 *
 * @param replicas the replicas in the table, and those that have left it with requests still under
 *     way
 * @param releases per fleet and release, including the replicas that are gone; forgotten some time
 *     after the last replica is
 * @param unrouted requests that no route wanted (404)
 * @param connections client connections open now
 * @param unanswered per fleet: requests answered with 503 because no replica was ready
 */
public record ProxyStats(
    List<ReplicaStats> replicas,
    List<ReleaseStats> releases,
    long unrouted,
    long connections,
    Map<String, Long> unanswered) {

  public ProxyStats {
    replicas = List.copyOf(replicas);
    releases = List.copyOf(releases);
    unanswered = Map.copyOf(unanswered);
  }

  /**
   * One replica.
   *
   * @param state whether it gets new requests
   * @param refusing it refused the last connection, and is passed over for a moment
   */
  public record ReplicaStats(
      String replica,
      String release,
      String fleet,
      BackendState state,
      boolean refusing,
      Traffic traffic) {}

  /** One release of one fleet, over all its replicas. */
  public record ReleaseStats(String fleet, String release, Traffic traffic) {}

  /**
   * What went through.
   *
   * @param inFlight requests and tunnels under way now
   * @param requests requests given to a replica; a retry on another replica counts there too
   * @param failures of these, the ones that got no whole answer: connection refused or lost, time
   *     out, malformed answer
   * @param statuses answers by class: index 1 for 1xx (a tunnel's 101) to 5 for 5xx; index 0 unused
   * @param bytesIn bytes from clients to replicas, bodies and heads (heads as we write them, about)
   * @param bytesOut bytes from replicas to clients
   * @param latency from the arrival of the request's head until the head of the answer
   */
  public record Traffic(
      long inFlight,
      long requests,
      long failures,
      List<Long> statuses,
      long bytesIn,
      long bytesOut,
      Latency latency) {

    public Traffic {
      statuses = List.copyOf(statuses);
    }

    /** Failures and 5xx answers. */
    public long errors() {
      return failures + statuses.get(5);
    }
  }

  /** A histogram: how often each length of time was seen. */
  public interface Latency {

    /** How many were measured. */
    long count();

    /** Their sum. */
    Duration sum();

    /**
     * An upper bound, at most an eighth too large, of the time within which this share of the
     * requests was answered; empty when none was measured.
     *
     * @param share 0.5 for the median, 0.99 for the 99th of a hundred
     */
    Optional<Duration> quantile(double share);

    /**
     * How many were answered within this time, about: counted by whole buckets. For Prometheus'
     * buckets.
     */
    long within(Duration bound);
  }
}
