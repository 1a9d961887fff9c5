package io.windlass.engine.journal;

import java.time.Duration;

/**
 * Limits of the journal.
 *
 * @param maxJson the longest stored state, event or effect, in characters
 * @param maxTells how many events one told event may lead to in its transaction
 * @param closeWait how long effects under way may take to finish when the journal closes
 * @param databaseWait how long to wait before a result is written again that a busy or full
 *     database refused
 */
public record JournalSettings(
    int maxJson, int maxTells, Duration closeWait, Duration databaseWait) {
  public static final JournalSettings STANDARD =
      new JournalSettings(4 << 20, 1000, Duration.ofSeconds(10), Duration.ofSeconds(1));
}
