package io.windlass.scaler.signal.prometheus;

import java.net.URI;
import java.time.Duration;

/**
 * Where a Prometheus server is and how it is asked.
 *
 * @param url its base, {@code http} or {@code https}; a path before {@code /api} is kept
 * @param timeout for each request, answer included
 * @param scrapeInterval how often the server scrapes; rates are taken over four of them at least
 * @param maxAnswer the largest answer in bytes
 * @param concurrency how many requests are under way at once
 */
public record PrometheusSettings(
    URI url, Duration timeout, Duration scrapeInterval, long maxAnswer, int concurrency) {
  public PrometheusSettings {
    boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
    if (!http || url.getHost() == null || url.getUserInfo() != null) {
      throw new IllegalArgumentException(
          "Tried to use \"%s://%s\" as a Prometheus server; use the form http://host:9090 without a user in it"
              .formatted(url.getScheme(), url.getHost()));
    }
  }

  /** The server, and what suits most. */
  public static PrometheusSettings of(URI url) {
    return new PrometheusSettings(url, Duration.ofSeconds(5), Duration.ofSeconds(15), 16L << 20, 8);
  }

  URI api(String name) {
    String base = url.toString();
    return URI.create((base.endsWith("/") ? base : base + "/") + "api/v1/" + name);
  }
}
