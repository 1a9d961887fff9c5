package io.windlass.webhooks.view;

import io.windlass.engine.run.RunSummary;
import io.windlass.engine.run.StepState;
import io.windlass.scaler.policy.Amounts;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Commits, refs, times and amounts as people read them. */
public final class Words {
  private static final int SHORT_SHA = 7;
  private static final DateTimeFormatter UTC =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Words() {}

  /** The first seven digits of a commit's id. */
  public static String sha(String sha) {
    return sha.length() > SHORT_SHA ? sha.substring(0, SHORT_SHA) : sha;
  }

  /** {@code refs/heads/main} as {@code main}, {@code refs/tags/v1} as {@code tag v1}. */
  public static String ref(String ref) {
    if (ref.startsWith("refs/heads/")) {
      return ref.substring("refs/heads/".length());
    }
    if (ref.startsWith("refs/tags/")) {
      return "tag " + ref.substring("refs/tags/".length());
    }
    if (ref.startsWith("refs/pull/") && ref.endsWith("/head")) {
      return "pull request "
          + ref.substring("refs/pull/".length(), ref.length() - "/head".length());
    }
    return ref;
  }

  /** The moment in full, in UTC. */
  public static String utc(Instant at) {
    return UTC.format(at);
  }

  /** How long ago, in the largest unit that fits; a time to come counts as now. */
  public static String ago(Instant at, Instant now) {
    Duration age = Duration.between(at, now);
    if (age.toSeconds() < 1) {
      return "now";
    }
    if (age.toMinutes() < 1) {
      return age.toSeconds() + " s ago";
    }
    if (age.toHours() < 1) {
      return age.toMinutes() + " min ago";
    }
    if (age.toDays() < 1) {
      return age.toHours() + " h ago";
    }
    return age.toDays() == 1 ? "1 day ago" : age.toDays() + " days ago";
  }

  /** A stretch of time: {@code 340ms}, {@code 1m12s}. */
  public static String length(Duration duration) {
    return Amounts.duration(duration.isNegative() ? Duration.ZERO : duration);
  }

  /** How long a run took, or has been going on. */
  public static String length(RunSummary run, Instant now) {
    return length(Duration.between(run.created(), run.ended().orElse(now)));
  }

  /** How long an attempt took, or has been going on since it was asked for. */
  public static String length(StepState.Attempt attempt, Instant now) {
    return length(
        Duration.between(
            attempt.startedAt().orElse(attempt.askedAt()), attempt.endedAt().orElse(now)));
  }

  /** How long a step's last attempt took; empty before the first. */
  public static String length(List<StepState.Attempt> attempts, Instant now) {
    return attempts.isEmpty() ? "" : length(attempts.getLast(), now);
  }

  /** How long something took; empty before it began. */
  public static String length(Optional<Instant> start, Optional<Instant> end, Instant now) {
    return start.map(from -> length(Duration.between(from, end.orElse(now)))).orElse("");
  }

  /** A size in binary units: {@code 1.4 MiB}. */
  public static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double amount = bytes;
    int unit = -1;
    String units = "KMGTPE";
    while (amount >= 1024 && unit < units.length() - 1) {
      amount /= 1024;
      unit++;
    }
    return String.format(Locale.ROOT, "%.1f %siB", amount, units.charAt(unit));
  }

  /** An event's class name as words: {@code StepEnded} as {@code step ended}. */
  public static String event(String name) {
    return name.replaceAll("(?<=[a-z0-9])(?=[A-Z])", " ").toLowerCase(Locale.ROOT);
  }

  /** An enum value as words. */
  public static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
