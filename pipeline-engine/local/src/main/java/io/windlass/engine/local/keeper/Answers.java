package io.windlass.engine.local.keeper;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.local.plan.Wish;
import io.windlass.engine.local.protocol.Beside;
import io.windlass.engine.local.protocol.FleetStatus;
import io.windlass.engine.local.protocol.KeeperStatus;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.ReplicaSeries;
import io.windlass.engine.local.protocol.ReplicaStatus;
import io.windlass.engine.local.protocol.Resize;
import io.windlass.engine.local.protocol.RolloutStatus;
import io.windlass.engine.local.protocol.Shift;
import io.windlass.engine.local.protocol.TakenAway;
import io.windlass.engine.local.replica.Images;
import io.windlass.engine.local.replica.ReplicaLog;
import io.windlass.engine.local.replica.Replicas;
import io.windlass.engine.local.state.Divided;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import io.windlass.engine.local.state.Running;
import io.windlass.engine.local.state.Size;
import io.windlass.engine.local.step.Steps;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Division.Part;
import io.windlass.engine.rollout.Division.Replace;
import io.windlass.scaler.fleet.Share;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What the keeper answers to each request, whatever way it came. Thread-safe; a change is on disk
 * when its method returns.
 */
final class Answers {
  private final Loop loop;
  private final Releases releases;
  private final Rollouts rollouts;
  private final Room room;
  private final Images images;
  private final Replicas replicas;
  private final Figures figures;
  private final Steps steps;
  private final KeeperStatus identity;

  /**
   * Over the keeper's parts.
   *
   * @param identity all of the status that does not change
   */
  Answers(
      Loop loop,
      Releases releases,
      Rollouts rollouts,
      Room room,
      Images images,
      Replicas replicas,
      Figures figures,
      Steps steps,
      KeeperStatus identity) {
    this.loop = loop;
    this.releases = releases;
    this.rollouts = rollouts;
    this.room = room;
    this.images = images;
    this.replicas = replicas;
    this.figures = figures;
    this.steps = steps;
    this.identity = identity;
  }

  Steps steps() {
    return steps;
  }

  KeeperStatus status() {
    return new KeeperStatus(
        identity.version(),
        identity.pid(),
        identity.started(),
        identity.bootId(),
        identity.proxyPort(),
        identity.isolation(),
        room.taken(loop.state()));
  }

  List<FleetStatus> fleets() {
    KeeperState state = loop.state();
    Set<String> names = new TreeSet<>(state.sizes().keySet());
    state.members().values().forEach(m -> names.add(m.fleet()));
    releases
        .all()
        .forEach(r -> r.processes().keySet().forEach(p -> names.add(r.environment() + "/" + p)));
    return names.stream().map(n -> fleet(state, n)).toList();
  }

  FleetStatus fleet(String name) {
    return fleets().stream()
        .filter(f -> f.fleet().equals(name))
        .findFirst()
        .orElseThrow(() ->
            new NoSuchElementException(
                "Tried to look at fleet \"" + name + "\" but the keeper has none of that name"));
  }

  private FleetStatus fleet(KeeperState state, String name) {
    Optional<Size> size = state.size(name);
    List<Member> members = state.fleet(name);
    return new FleetStatus(
        name,
        size.map(Size::wanted),
        size.map(Size::writer),
        members.stream().map(member -> replica(state, member)).toList(),
        spec(state, name)
            .map(spec -> {
              FleetStatus.HostLimit left = room.left(state, spec);
              return new FleetStatus.HostLimit(
                  (members.size() + left.replicas()) / (isTwice(state, name) ? 2 : 1),
                  left.reason());
            }));
  }

  /** Whether one more of the total is a replica of each of two releases. */
  private boolean isTwice(KeeperState state, String fleet) {
    int slash = fleet.lastIndexOf('/');
    return rollouts
        .wish(state, fleet.substring(0, Math.max(slash, 0)), fleet.substring(slash + 1))
        .filter(Wish::twice)
        .isPresent();
  }

  /** Of the newest release that has this fleet. */
  private Optional<ProcessSpec> spec(KeeperState state, String fleet) {
    int slash = fleet.lastIndexOf('/');
    String process = fleet.substring(slash + 1);
    return state
        .division(fleet.substring(0, Math.max(slash, 0)))
        .map(Divided::to)
        .flatMap(r -> releases.process(r, process));
  }

  private ReplicaStatus replica(KeeperState state, Member member) {
    return new ReplicaStatus(
        member.id(),
        member.release(),
        member.phase(),
        member.since(),
        member.running().flatMap(Running::port),
        member.running().map(r -> r.process().pid()),
        member.failures(),
        member.lastFailure().map(Member.Mishap::cause),
        Optional.of(rollouts.standsBy(state, member)));
  }

  void resize(Resize resize) throws InterruptedException {
    if (resize.wanted() < 0) {
      throw new IllegalArgumentException(
          "Tried to size \"" + resize.fleet() + "\" to " + resize.wanted() + "; use 0 or more");
    }
    Size size = new Size(resize.wanted(), resize.reason(), resize.writer());
    change(s -> s.withSize(resize.fleet(), size));
  }

  void prepare(ReleaseSpec release) throws IOException, ImageException, InterruptedException {
    Optional<ReleaseSpec> there = releases.find(release.release());
    if (there.isPresent() && !there.get().equals(release)) {
      throw new IllegalArgumentException(
          "Tried to prepare "
              + release.release()
              + " but the keeper knows another release of that name; releases never change");
    }
    refuseOthersRoutes(release);
    for (ProcessSpec spec : release.processes().values()) {
      images.prepare(spec.root());
    }
    releases.add(release);
  }

  /**
   * No repository takes the traffic of another: of two with the same route one would be served and
   * the other never, with nobody told.
   */
  private void refuseOthersRoutes(ReleaseSpec release) {
    loop.state()
        .divisions()
        .forEach((environment, division) -> {
          if (repository(environment).equals(repository(release.environment()))) {
            return;
          }
          Stream.concat(Stream.of(division.to()), division.from().stream())
              .flatMap(name -> releases.find(name).stream())
              .flatMap(theirs -> theirs.routes().stream())
              .filter(theirs -> release.routes().stream().anyMatch(theirs::sharesPlace))
              .findFirst()
              .ifPresent(route -> {
                throw new IllegalArgumentException(
                    "Tried to prepare "
                        + release.release()
                        + " but its route for "
                        + route.host().map(host -> "host \"" + host + "\"").orElse("every host")
                        + " and path \""
                        + route.path()
                        + "\" is that of \""
                        + environment
                        + "\"; give one of the two a host or a path of its own");
              });
        });
  }

  private static String repository(String environment) {
    return environment.substring(0, Math.max(environment.lastIndexOf('/'), 0));
  }

  void shift(Shift shift) throws InterruptedException {
    if (!(shift.percent() > 0 && shift.percent() <= 100)) {
      throw new IllegalArgumentException(
          "Tried to give "
              + shift.release()
              + " "
              + shift.percent()
              + "%; use more than 0, up to 100");
    }
    divide(
        shift.environment(),
        shift.release(),
        shift.percent() == 100 ? new Replace() : new Part(Share.percent(shift.percent())));
  }

  void beside(Beside beside) throws InterruptedException {
    divide(beside.environment(), beside.release(), new Division.Beside(beside.live()));
  }

  private void divide(String environment, String to, Division division)
      throws InterruptedException {
    ReleaseSpec release =
        releases
            .find(to)
            .orElseThrow(() ->
                new NoSuchElementException(
                    "Tried to move \""
                        + environment
                        + "\" to "
                        + to
                        + " but the keeper does not know it; prepare it first"));
    if (!release.environment().equals(environment)) {
      throw new IllegalArgumentException(
          "Tried to move \""
              + environment
              + "\" to "
              + to
              + " but that is a release of \""
              + release.environment()
              + "\"");
    }
    change(
        s -> s.withDivision(environment, Divided.shifted(s.division(environment), to, division)));
  }

  RolloutStatus rollout(String environment, String release) {
    return rollouts.status(loop.state(), environment, release);
  }

  void retire(String environment, String release) throws IOException, InterruptedException {
    change(s -> rollouts.retired(s, environment, release));
    for (ReleaseSpec spec : releases.all()) {
      if (spec.environment().equals(environment)
          && (spec.release().equals(release) || isLeftOver(spec))
          && !isUsed(spec)) {
        releases.remove(spec.release());
      }
    }
  }

  /** Whether it is older than what serves: nobody asks to retire it any more. */
  private boolean isLeftOver(ReleaseSpec release) {
    return loop.state()
        .division(release.environment())
        .filter(d -> number(release.release()) < number(d.to()))
        .isPresent();
  }

  private static long number(String release) {
    return ReleaseId.parse(release).number();
  }

  private boolean isUsed(ReleaseSpec spec) {
    String release = spec.release();
    return loop.state().division(spec.environment()).filter(d -> d.names(release)).isPresent()
        || loop.state().members().values().stream().anyMatch(m -> m.release().equals(release));
  }

  /** Brings back what ran besides this release, or before it; where nothing did, all goes. */
  TakenAway takeAway(String environment, String release) throws IOException, InterruptedException {
    Optional<String> other =
        loop.state()
            .division(environment)
            .flatMap(d -> d.to().equals(release) ? d.from() : Optional.of(d.to()))
            .filter(id -> releases.find(id).isPresent());
    if (other.isPresent()) {
      divide(environment, other.get(), new Replace());
    } else {
      remove(environment);
    }
    return new TakenAway(other);
  }

  /**
   * Drains all of an environment's replicas and forgets its releases; returns when that is done.
   */
  void remove(String environment) throws IOException, InterruptedException {
    change(s -> s.withoutEnvironment(environment));
    awaitNone(member -> member.environment().equals(environment));
    for (ReleaseSpec release : releases.all()) {
      if (release.environment().equals(environment)) {
        releases.remove(release.release());
      }
    }
  }

  List<ReplicaSeries> samples(String fleet, Duration window, int points) {
    return figures.samples(fleet, window, points);
  }

  List<String> log(String replica, int lines) throws IOException {
    Member member = loop.state().members().get(replica);
    if (member == null) {
      throw new NoSuchElementException(
          "Tried to read the log of replica \"" + replica + "\" but there is none of that name");
    }
    return new Masking(releases).masked(member, ReplicaLog.tail(replicas.log(replica), lines));
  }

  /** Ends all replicas and steps; nothing is wanted any more. */
  void stopAll() throws IOException, InterruptedException {
    steps.cancelAll();
    change(KeeperState::unwanted);
    awaitNone(_ -> true);
  }

  private void awaitNone(Predicate<Member> which) throws InterruptedException {
    while (loop.state().members().values().stream().anyMatch(which)) {
      Thread.sleep(Duration.ofMillis(20));
    }
  }

  private void change(UnaryOperator<KeeperState> change) throws InterruptedException {
    try {
      loop.change(change).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(
          "Tried to write down a change but could not: " + e.getCause(), e);
    }
  }
}
