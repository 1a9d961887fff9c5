package io.windlass.scaler.policy;

import io.windlass.scaler.syntax.Cron;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.OptionalInt;

/**
 * A floor, a ceiling or both, for a while after each time that a cron expression names: {@code {
 * cron: "30 8 * * 1-5", timezone: Europe/Paris, for: 10h, min: 6 }}. It writes no size by itself.
 *
 * @param length how long it holds from each of its times; above zero
 */
public record Window(
    Cron cron, ZoneId timezone, Duration length, OptionalInt min, OptionalInt max) {
  public Window {
    if (length.isNegative() || length.isZero()) {
      throw new IllegalArgumentException(
          "Tried to open a window for " + length + "; use a positive duration");
    }
  }

  /**
   * Whether it holds at this moment: from one of its times, inclusive, until {@code length} later,
   * exclusive.
   */
  public boolean openAt(Instant now) {
    return cron.openSince(now, timezone, length).isPresent();
  }
}
