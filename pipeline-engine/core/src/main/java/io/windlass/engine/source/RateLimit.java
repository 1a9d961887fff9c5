package io.windlass.engine.source;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * GitHub's ways of saying "not now". The primary limit counts requests by the hour ({@code
 * x-ratelimit-remaining: 0} with the time of its reset); the secondary ones are about bursts
 * ({@code retry-after}, or only words). Both come as 403 or 429. Source: "Rate limits for the REST
 * API" in GitHub's documentation.
 */
final class RateLimit {
  private static final Duration UNSAID = Duration.ofMinutes(1);
  private static final Duration LONGEST = Duration.ofHours(2);

  private RateLimit() {}

  /** When to come back; empty when the answer is no rate limit. */
  static Optional<Instant> until(HttpHeaders headers, int status, String said, Instant now) {
    if (status != 403 && status != 429) {
      return Optional.empty();
    }
    OptionalLong retryAfter = number(headers, "retry-after");
    if (retryAfter.isPresent()) {
      return Optional.of(
          now.plusSeconds(Math.clamp(retryAfter.getAsLong(), 1, LONGEST.toSeconds())));
    }
    if (number(headers, "x-ratelimit-remaining").equals(OptionalLong.of(0))) {
      long wait =
          number(headers, "x-ratelimit-reset").orElse(now.plus(UNSAID).getEpochSecond())
              - now.getEpochSecond();
      return Optional.of(now.plusSeconds(Math.clamp(wait + 1, 1, LONGEST.toSeconds())));
    }
    return status == 429 || said.toLowerCase(Locale.ROOT).contains("rate limit")
        ? Optional.of(now.plus(UNSAID))
        : Optional.empty();
  }

  private static OptionalLong number(HttpHeaders headers, String name) {
    try {
      return headers.firstValueAsLong(name);
    } catch (NumberFormatException unreadable) {
      return OptionalLong.empty();
    }
  }
}
