package io.windlass.engine.rollout;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.run.StepResult;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A target that keeps its word in memory. It outlives the server under test: keep it while the rest
 * is built again.
 */
public final class MemoryTarget implements RolloutTarget {
  private static final int LOOKS_UNTIL_SETTLED = 2;

  private static final class Place {
    final Map<ReleaseId, Release> prepared = new HashMap<>();
    Optional<ReleaseId> wanted = Optional.empty();
    Optional<ReleaseId> serving = Optional.empty();
    int looks;
  }

  private final Map<EnvironmentId, Place> places = new HashMap<>();
  private final Map<String, CommandResult> commands = new HashMap<>();
  private final Set<String> broken = new HashSet<>();
  private final Set<String> stuck = new HashSet<>();
  private final Set<String> missing = new HashSet<>();
  private final List<ReleaseId> shifts = new ArrayList<>();
  private final List<String> commandsRun = new ArrayList<>();
  private Optional<String> obstacle = Optional.empty();
  private int commandCode;

  /** Releases of this commit crash when they start. */
  public synchronized MemoryTarget breaks(String sha) {
    broken.add(sha);
    return this;
  }

  /** Releases of this commit never become ready. */
  public synchronized MemoryTarget sticks(String sha) {
    stuck.add(sha);
    return this;
  }

  /** Nothing new becomes ready while this stands in the way. */
  public synchronized void obstructed(Optional<String> by) {
    obstacle = by;
  }

  /** All replicas are gone, whatever was asked for. */
  public synchronized void loseEverything() {
    places.clear();
  }

  /** The image of this digest is gone. */
  public synchronized MemoryTarget loses(String digest) {
    missing.add(digest);
    return this;
  }

  /** Release commands end with this code from now on. */
  public synchronized void commandsExitWith(int code) {
    commandCode = code;
  }

  /** Which release takes the requests. */
  public synchronized Optional<ReleaseId> serving(EnvironmentId environment) {
    return place(environment).serving;
  }

  /** Every shift that was asked for, in order. */
  public synchronized List<ReleaseId> shifts() {
    return List.copyOf(shifts);
  }

  /** The ids of the release commands that were started. */
  public synchronized List<String> commandsRun() {
    return List.copyOf(commandsRun);
  }

  @Override
  public synchronized Verified verify(Release release) {
    return release.images().values().stream()
        .filter(image -> missing.contains(image.digest()))
        .findFirst()
        .<Verified>map(image -> new Verified.Missing("image " + image.digest() + " is not there"))
        .orElseGet(Verified.Present::new);
  }

  @Override
  public synchronized Prepared prepare(Release release) {
    if (verify(release) instanceof Verified.Missing(var reason)) {
      return new Prepared.Failed(reason);
    }
    place(release.environment()).prepared.put(release.id(), release);
    return new Prepared.Ready();
  }

  @Override
  public synchronized void shift(EnvironmentId environment, ReleaseId to, Division division)
      throws RolloutException {
    Place place = place(environment);
    if (!place.prepared.containsKey(to)) {
      throw new RolloutException(
          "Tried to shift to " + to + " but it was not prepared; prepare it first");
    }
    shifts.add(to);
    if (!place.wanted.equals(Optional.of(to))) {
      place.wanted = Optional.of(to);
      place.looks = 0;
    }
  }

  @Override
  public synchronized RolloutProgress progress(EnvironmentId environment, ReleaseId to) {
    Place place = place(environment);
    Release release = place.prepared.get(to);
    if (release == null || !place.wanted.equals(Optional.of(to))) {
      return new RolloutProgress.Failing("another release was asked for", List.of());
    }
    if (broken.contains(release.sha())) {
      return new RolloutProgress.Failing(
          "replica 1 crashed 3 times", List.of("starting", "no such table: basket"));
    }
    boolean serves = place.serving.equals(Optional.of(to));
    if (!serves && obstacle.isPresent()) {
      return new RolloutProgress.Progressing(0, 1, "replica 1 is not there", obstacle);
    }
    if (stuck.contains(release.sha()) || ++place.looks < LOOKS_UNTIL_SETTLED) {
      return new RolloutProgress.Progressing(
          serves ? 1 : 0, 1, "replica 1 is not ready", Optional.empty());
    }
    place.serving = Optional.of(to);
    return new RolloutProgress.Settled(1);
  }

  @Override
  public synchronized void retire(EnvironmentId environment, ReleaseId old) {
    Place place = place(environment);
    if (!place.wanted.equals(Optional.of(old)) && !place.serving.equals(Optional.of(old))) {
      place.prepared.remove(old);
    }
  }

  @Override
  public synchronized void remove(EnvironmentId environment) {
    places.remove(environment);
  }

  @Override
  public synchronized CommandResult once(Release release, ReleaseCommand command, String id) {
    return commands.computeIfAbsent(
        id,
        any -> {
          commandsRun.add(id);
          Instant then = Instant.parse("2026-01-01T00:00:00Z");
          return new CommandResult(
              new StepResult.Exited(commandCode, then, then), List.of("ran " + command.run()));
        });
  }

  private Place place(EnvironmentId environment) {
    return places.computeIfAbsent(environment, any -> new Place());
  }
}
