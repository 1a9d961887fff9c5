package io.windlass.webhooks.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Browser sessions without a store: a cookie holds the instant at which it ends and a MAC over it.
 * Sessions outlive a restart of the server and end together when the administrator's token is
 * replaced.
 */
public final class Sessions {
  /** The cookie's name. */
  public static final String COOKIE = "windlass_session";

  /** How long a session lasts. */
  public static final Duration LIFETIME = Duration.ofDays(7);

  private static final int LONGEST = 128;

  private final AdminToken token;
  private final InstantSource clock;

  public Sessions(AdminToken token, InstantSource clock) {
    this.token = token;
    this.clock = clock;
  }

  /** A new session's cookie value, if {@code presented} is the administrator's token. */
  public Optional<String> open(String presented) {
    if (!token.matches(presented)) {
      return Optional.empty();
    }
    String ends = Long.toString(clock.instant().plus(LIFETIME).getEpochSecond());
    return Optional.of(ends + "." + token.seal(ends));
  }

  /** Whether {@code cookie} is a session of ours that has not ended. */
  public boolean valid(String cookie) {
    int dot = cookie.indexOf('.');
    if (dot < 1 || cookie.length() > LONGEST) {
      return false;
    }
    String ends = cookie.substring(0, dot);
    byte[] expected = token.seal(ends).getBytes(StandardCharsets.US_ASCII);
    byte[] given = cookie.substring(dot + 1).getBytes(StandardCharsets.US_ASCII);
    if (!MessageDigest.isEqual(expected, given)) {
      return false;
    }
    return clock.instant().isBefore(Instant.ofEpochSecond(Long.parseLong(ends)));
  }
}
