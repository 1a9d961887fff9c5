package io.windlass.engine.kubernetes.rollout;

import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The last time that a host's certificate was asked for.
 *
 * @param number how often it was asked for in a row, this time included
 * @param at when
 */
record CertificateTry(int number, Instant at) {
  /**
   * A public issuer takes a few failures of a host in an hour, five at Let's Encrypt, and then
   * refuses it to everybody.
   */
  private static final Duration FIRST_PAUSE = Duration.ofMinutes(15);

  private static final Pattern FORM = Pattern.compile("([1-9][0-9]{0,5}) (\\S+)");

  /** As long as cert-manager's own. */
  private static final Duration LONGEST_PAUSE = Duration.ofHours(32);

  /** As {@link #text} has it; empty where that is not what it is. */
  static Optional<CertificateTry> read(String text) {
    Matcher form = FORM.matcher(text);
    try {
      return form.matches()
          ? Optional.of(
              new CertificateTry(Integer.parseInt(form.group(1)), Instant.parse(form.group(2))))
          : Optional.empty();
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  /** {@code 2 2026-01-01T00:00:00Z}. */
  String text() {
    return number + " " + at;
  }

  /** When it may be asked for again; each pause is twice as long as the one before. */
  Instant next() {
    Duration pause = FIRST_PAUSE.multipliedBy(1L << Math.min(number - 1, 7));
    return at.plus(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
  }

  /** The next one in a row, unless this is so long ago that a new row begins. */
  CertificateTry followed(Instant now) {
    boolean old = at.plus(LONGEST_PAUSE).plus(LONGEST_PAUSE).isBefore(now);
    return new CertificateTry(old ? 1 : number + 1, now);
  }

  /** Where two know of tries, neither of all: the more of both. */
  CertificateTry and(CertificateTry other) {
    return new CertificateTry(Math.max(number, other.number), at.isAfter(other.at) ? at : other.at);
  }
}
