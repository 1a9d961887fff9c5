package io.windlass.engine.rollout;

import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.run.StepResult;
import io.windlass.scaler.fleet.Share;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A target that keeps its word in memory, the next time but one that it is looked at. It outlives
 * the server under test: keep it while the rest is built again.
 */
public final class MemoryTarget implements RolloutTarget {
  private static final int LOOKS_UNTIL_SETTLED = 2;

  /** A division between a release and what ran before it. */
  private record Wish(ReleaseId to, Optional<ReleaseId> before, Division division) {}

  private static final class Place {
    final Map<ReleaseId, Release> prepared = new HashMap<>();
    final Map<ReleaseId, Integer> running = new HashMap<>();
    int total = 1;
    Optional<Wish> wanted = Optional.empty();
    Optional<Wish> reached = Optional.empty();
    int looks;

    boolean wants(ReleaseId release) {
      return wanted.filter(wish -> wish.to().equals(release)).isPresent();
    }

    void reach(Wish wish) {
      running.clear();
      wish.before().ifPresent(before -> running.put(before, wish.division().ofBefore(total)));
      running.put(wish.to(), wish.division().ofRelease(total));
      reached = Optional.of(wish);
    }
  }

  private final Map<EnvironmentId, Place> places = new HashMap<>();
  private final Map<String, CommandResult> commands = new HashMap<>();
  private final Set<String> broken = new HashSet<>();
  private final Set<String> limping = new HashSet<>();
  private final Set<String> stuck = new HashSet<>();
  private final Set<String> missing = new HashSet<>();
  private final List<Shift> shifts = new ArrayList<>();
  private final List<String> commandsRun = new ArrayList<>();
  private Optional<String> obstacle = Optional.empty();
  private Optional<String> refusal = Optional.empty();
  private Optional<String> distance = Optional.empty();
  private int commandCode;

  /** What was asked for by one {@link #shift}. */
  public record Shift(ReleaseId to, Division division) {}

  /** Joins what plain files say; one that has the word {@code hostile} is refused by it. */
  @Override
  public Drawn draw(EnvironmentId environment, ManifestSpec manifests, Path tree) {
    try (Stream<Path> files = Files.walk(tree)) {
      var text = new StringBuilder();
      for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
        text.append(Files.readString(file));
      }
      return text.indexOf("hostile") < 0
          ? new Drawn.Made(text.toString(), "plain files", List.of("shop.example.com"))
          : new Drawn.Refused("it is hostile");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replicas of this commit crash, those that run and those that start. */
  public synchronized MemoryTarget breaks(String sha) {
    broken.add(sha);
    return this;
  }

  /** One replica of this commit's release crashes from now on. */
  public synchronized void breaksOne(String sha) {
    limping.add(sha);
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

  /** No shift reaches it while there is a reason. */
  public synchronized void away(Optional<String> reason) {
    distance = reason;
  }

  /** No shift is taken while there is a reason. */
  public synchronized void refusing(Optional<String> reason) {
    refusal = reason;
  }

  /** Sets the total of every fleet of the environment; 1 before. */
  public synchronized void size(EnvironmentId environment, int total) {
    Place place = place(environment);
    if (place.total != total) {
      place.total = total;
      place.looks = 0;
    }
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

  /** The ready replicas of each release that has any. */
  public synchronized Map<ReleaseId, Integer> ready(EnvironmentId environment) {
    Map<ReleaseId, Integer> ready = new HashMap<>(place(environment).running);
    ready.replaceAll((id, count) -> is(limping, environment, id) ? count - 1 : count);
    ready
        .entrySet()
        .removeIf(each -> each.getValue() <= 0 || is(broken, environment, each.getKey()));
    return ready;
  }

  /** The share of the requests that each release takes; those that take none are left out. */
  public synchronized Map<ReleaseId, Double> requests(EnvironmentId environment) {
    Map<ReleaseId, Integer> ready = ready(environment);
    Map<ReleaseId, Double> shares = new HashMap<>();
    int all = ready.values().stream().mapToInt(Integer::intValue).sum();
    ready.forEach((release, count) -> shares.put(release, (double) count / all));
    Optional<Wish> reached = place(environment).reached;
    Optional<Share> weight = reached.flatMap(wish -> wish.division().requests());
    // A request whose release has no ready replica goes to the other one.
    if (weight.isPresent() && ready.size() == 2) {
      double share = weight.get().fraction();
      shares.replaceAll((release, any) -> release.equals(reached.get().to()) ? share : 1 - share);
      shares.values().removeIf(none -> none == 0);
    }
    return shares;
  }

  /** Which release takes the most requests. */
  public synchronized Optional<ReleaseId> serving(EnvironmentId environment) {
    return requests(environment).entrySet().stream()
        .max(Map.Entry.comparingByValue())
        .map(Map.Entry::getKey);
  }

  /** Every shift that was taken, in order. */
  public synchronized List<Shift> shifts() {
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
    if (distance.isPresent()) {
      throw new RolloutException("Tried to shift to " + to + " but " + distance.get());
    }
    Place place = place(environment);
    if (!place.prepared.containsKey(to)) {
      throw RolloutException.refused(
          "Tried to shift to " + to + " but it was not prepared; prepare it first");
    }
    if (refusal.isPresent()) {
      throw RolloutException.refused("Tried to shift to " + to + " but " + refusal.get());
    }
    shifts.add(new Shift(to, division));
    Optional<ReleaseId> before =
        place.wants(to)
            ? place.wanted.flatMap(Wish::before)
            : place.wanted.flatMap(wish ->
                wish.division() instanceof Division.Replace
                    ? Optional.of(wish.to())
                    : wish.before());
    var wish = new Wish(to, before.filter(release -> !release.equals(to)), division);
    if (!place.wanted.equals(Optional.of(wish))) {
      place.wanted = Optional.of(wish);
      place.looks = 0;
    }
  }

  @Override
  public synchronized RolloutProgress progress(EnvironmentId environment, ReleaseId to) {
    Place place = place(environment);
    Release release = place.prepared.get(to);
    if (release == null || !place.wants(to)) {
      return new RolloutProgress.Failing("another release was asked for", List.of());
    }
    if (is(broken, environment, to) || is(limping, environment, to)) {
      return new RolloutProgress.Failing(
          "replica 1 crashed 3 times", List.of("starting", "no such table: basket"));
    }
    Wish wish = place.wanted.orElseThrow();
    int ready = place.running.getOrDefault(to, 0);
    int wanted = wish.division().ofRelease(place.total);
    if (ready < wanted && obstacle.isPresent()) {
      return new RolloutProgress.Progressing(ready, wanted, "replica 1 is not there", obstacle);
    }
    if (stuck.contains(release.sha()) || ++place.looks < LOOKS_UNTIL_SETTLED) {
      return new RolloutProgress.Progressing(
          ready, wanted, "replica 1 is not ready", Optional.empty());
    }
    place.reach(wish);
    return new RolloutProgress.Settled(wanted);
  }

  @Override
  public synchronized void retire(EnvironmentId environment, ReleaseId old) {
    Place place = place(environment);
    long serving = place.wanted.map(wish -> wish.to().number()).orElse(0L);
    Set<ReleaseId> shares = new HashSet<>();
    place.wanted.ifPresent(wish -> {
      shares.add(wish.to());
      wish.before().filter(before -> !before.equals(old)).ifPresent(shares::add);
    });
    place
        .prepared
        .keySet()
        .removeIf(each ->
            (each.equals(old) || each.number() < serving)
                && !shares.contains(each)
                && place.running.getOrDefault(each, 0) == 0);
  }

  @Override
  public synchronized Optional<ReleaseId> takeAway(ReleaseId release) throws RolloutException {
    EnvironmentId environment = release.environment();
    Optional<ReleaseId> other =
        place(environment)
            .wanted
            .flatMap(wish -> wish.to().equals(release) ? wish.before() : Optional.of(wish.to()));
    if (other.isPresent()) {
      shift(environment, other.get(), new Division.Replace());
    } else {
      remove(environment);
    }
    return other;
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

  private boolean is(Set<String> commits, EnvironmentId environment, ReleaseId id) {
    Release release = place(environment).prepared.get(id);
    return release != null && commits.contains(release.sha());
  }

  private Place place(EnvironmentId environment) {
    return places.computeIfAbsent(environment, any -> new Place());
  }
}
