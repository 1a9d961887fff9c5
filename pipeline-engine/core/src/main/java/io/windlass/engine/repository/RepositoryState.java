package io.windlass.engine.repository;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One repository.
 *
 * @param lastRun the last run number given, 0 for none
 * @param lastAsk counts the asks
 * @param known whether every ref was looked at once; before, a ref that nobody has heard of is old
 *     and not missed
 * @param defaultBranch full name, as far as a push has told it
 * @param heads by ref, or by {@code refs/pull/7/head}
 * @param open asks that are not answered
 * @param schedules of the default branch's file
 * @param decided what the last event came to
 * @param problem why the last look at the refs did not succeed
 */
public record RepositoryState(
    String repository,
    long lastRun,
    long lastAsk,
    boolean known,
    Optional<String> defaultBranch,
    Map<String, Head> heads,
    Map<Long, Ask> open,
    List<ScheduleEntry> schedules,
    List<Decision> decided,
    Optional<String> problem) {
  public RepositoryState {
    heads = new LinkedHashMap<>(heads);
    open = new LinkedHashMap<>(open);
    schedules = List.copyOf(schedules);
    decided = List.copyOf(decided);
  }

  static RepositoryState of(String repository) {
    return new RepositoryState(
        repository,
        0,
        0,
        false,
        Optional.empty(),
        Map.of(),
        Map.of(),
        List.of(),
        List.of(),
        Optional.empty());
  }
}
