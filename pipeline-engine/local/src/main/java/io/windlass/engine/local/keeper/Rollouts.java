package io.windlass.engine.local.keeper;

import io.windlass.engine.local.plan.Planner;
import io.windlass.engine.local.plan.Slot;
import io.windlass.engine.local.plan.Wish;
import io.windlass.engine.local.protocol.FleetStatus.HostLimit;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.RolloutStatus;
import io.windlass.engine.local.protocol.RolloutStatus.State;
import io.windlass.engine.local.state.Divided;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import io.windlass.engine.local.state.Size;
import io.windlass.scaler.fleet.Share;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads from the state what is wished of an environment's fleets and how far they are. */
final class Rollouts {
  private final Releases releases;
  private final Room room;
  private final Breakage breakage;

  Rollouts(Releases releases, Room room, Breakage breakage) {
    this.releases = releases;
    this.room = room;
    this.breakage = breakage;
  }

  /** Names of an environment's processes: of its releases, and of replicas that are still there. */
  Set<String> processes(KeeperState state, String environment) {
    Set<String> names = new TreeSet<>();
    state
        .division(environment)
        .ifPresent(d -> {
          releases.find(d.to()).ifPresent(r -> names.addAll(r.processes().keySet()));
          d.from().flatMap(releases::find).ifPresent(r -> names.addAll(r.processes().keySet()));
        });
    state.members().values().stream()
        .filter(m -> m.environment().equals(environment))
        .forEach(m -> names.add(m.process()));
    return names;
  }

  /** Empty where nothing is to be changed now: no size yet, or nothing was ever rolled out. */
  Optional<Wish> wish(KeeperState state, String environment, String process) {
    Optional<Divided> division = state.division(environment);
    Optional<ReleaseSpec> to = division.map(Divided::to).flatMap(releases::find);
    if (division.isEmpty() || to.isEmpty()) {
      return Optional.empty();
    }
    String release = division.get().to();
    if (!to.get().processes().containsKey(process)) {
      return dropped(state, environment, process, division.get());
    }
    Optional<String> from = division.get().from().filter(r -> has(r, process));
    return state
        .size(environment + "/" + process)
        .map(size ->
            new Wish(
                size.wanted(),
                release,
                division.get().asked(),
                from,
                breakage.worst(state, environment, release).isPresent()));
  }

  /**
   * Of a process that the release has no more. What ran before is whole as long as it may be
   * returned to, so this goes last, when all others have arrived.
   */
  private Optional<Wish> dropped(
      KeeperState state, String environment, String process, Divided division) {
    Optional<String> from = division.from().filter(r -> has(r, process));
    if (from.isEmpty() || division.hasArrived() || othersReplaced(state, environment, division)) {
      return Optional.of(Wish.all(0, division.to()));
    }
    return state.size(environment + "/" + process).map(size -> Wish.all(size.wanted(), from.get()));
  }

  private boolean othersReplaced(KeeperState state, String environment, Divided division) {
    ReleaseSpec to = releases.find(division.to()).orElseThrow();
    return division.replaces()
        && to.processes().keySet().stream().allMatch(p -> arrived(state, environment, p));
  }

  private boolean has(String release, String process) {
    return releases.process(release, process).isPresent();
  }

  /**
   * The share of a fleet's requests that goes to the release that is moved to now; empty where they
   * go to whichever replica is ready.
   */
  Optional<Share> requests(KeeperState state, String environment, String process) {
    Optional<Divided> division = state.division(environment);
    Optional<Wish> wish = wish(state, environment, process).filter(w -> w.from().isPresent());
    if (division.isEmpty() || wish.isEmpty()) {
      return Optional.empty();
    }
    List<Member> mine =
        state.fleet(environment + "/" + process).stream()
            .filter(m -> m.release().equals(division.get().to()))
            .toList();
    return division.get().requests(wish.get().wanted(), count(mine, Phase.READY));
  }

  /** Whether the replica is ready, and all requests of its fleet go to another release. */
  boolean standsBy(KeeperState state, Member member) {
    boolean served =
        releases
            .find(member.release())
            .filter(r -> r.routes().stream().anyMatch(x -> x.process().equals(member.process())))
            .isPresent();
    Optional<Share> toNew = requests(state, member.environment(), member.process());
    if (!served || toNew.isEmpty() || member.phase() != Phase.READY) {
      return false;
    }
    boolean isNew =
        state
            .division(member.environment())
            .filter(d -> d.to().equals(member.release()))
            .isPresent();
    boolean othersServe =
        state.fleet(member.fleet()).stream()
            .anyMatch(m -> !m.release().equals(member.release()) && m.phase() == Phase.READY);
    return othersServe && toNew.get().equals(isNew ? Share.NONE : Share.ALL);
  }

  /** Whether the fleet is as wished, with nothing left that is on its way out. */
  private boolean arrived(KeeperState state, String environment, String process) {
    Optional<Wish> wish = wish(state, environment, process);
    if (wish.isEmpty()) {
      return false;
    }
    List<Member> members = state.fleet(environment + "/" + process);
    List<Slot> slots = members.stream().map(Member::slot).toList();
    for (String release : releasesOf(members, wish.get())) {
      int target = Planner.target(wish.get(), slots, release);
      List<Member> mine = members.stream().filter(m -> m.release().equals(release)).toList();
      // A replica of what ran before may be restarting: that is no part of this move.
      boolean readyMatters =
          state.division(environment).filter(d -> d.to().equals(release)).isPresent();
      if (mine.size() != target || (readyMatters && count(mine, Phase.READY) != target)) {
        return false;
      }
    }
    return true;
  }

  private static Set<String> releasesOf(List<Member> members, Wish wish) {
    Set<String> names = new TreeSet<>();
    members.forEach(m -> names.add(m.release()));
    names.add(wish.to());
    wish.from().ifPresent(names::add);
    return names;
  }

  private boolean settled(KeeperState state, String environment) {
    return processes(state, environment).stream()
        .allMatch(p -> gone(state, environment, p) || arrived(state, environment, p));
  }

  private boolean gone(KeeperState state, String environment, String process) {
    boolean wanted =
        state.division(environment).flatMap(d -> releases.process(d.to(), process)).isPresent();
    return !wanted && state.fleet(environment + "/" + process).isEmpty();
  }

  /** Notes which moves have come to their end: requests change sides where they were to. */
  KeeperState arrivals(KeeperState state) {
    KeeperState noted = state;
    for (var entry : state.divisions().entrySet()) {
      String environment = entry.getKey();
      Divided division = entry.getValue();
      if (division.from().isEmpty() || division.hasArrived() || !settled(state, environment)) {
        continue;
      }
      if (division.switches()) {
        noted = noted.withDivision(environment, division.switched());
      } else if (division.replaces()) {
        Divided arrived = division.arrived();
        noted =
            arrived.hasArrived()
                ? noted.withDivision(environment, arrived)
                : proved(noted, environment, division);
      }
    }
    return noted;
  }

  /**
   * What ran before a release that has all is retired: it is forgotten, with the sizes of processes
   * that went with it.
   */
  KeeperState retired(KeeperState state, String environment, String release) {
    return state
        .division(environment)
        .filter(d -> d.hasArrived() && d.from().equals(Optional.of(release)))
        .map(d -> proved(state, environment, d))
        .orElse(state);
  }

  private KeeperState proved(KeeperState state, String environment, Divided division) {
    KeeperState noted = state.withDivision(environment, division.proved());
    for (String process : dropped(division)) {
      noted = noted.withoutSize(environment + "/" + process);
    }
    return noted;
  }

  private Set<String> dropped(Divided division) {
    Set<String> names = new TreeSet<>();
    division.from().flatMap(releases::find).ifPresent(r -> names.addAll(r.processes().keySet()));
    releases.find(division.to()).ifPresent(r -> names.removeAll(r.processes().keySet()));
    return names;
  }

  RolloutStatus status(KeeperState state, String environment, String release) {
    List<Member> mine =
        state.members().values().stream()
            .filter(m -> m.environment().equals(environment) && m.release().equals(release))
            .toList();
    int ready = count(mine, Phase.READY);
    Optional<Divided> division = state.division(environment);
    if (division.filter(d -> d.to().equals(release)).isEmpty()) {
      // Nothing will move here by itself, so that to wait for it would be to wait for ever.
      String cause =
          division
              .map(d -> "a later move to " + d.to() + " has taken its place")
              .orElse("the keeper knows of no move to this release");
      return new RolloutStatus(State.FAILING, ready, 0, cause, Optional.empty(), List.of());
    }
    int wanted = 0;
    for (String process : processes(state, environment)) {
      wanted +=
          wish(state, environment, process)
              .filter(w -> w.to().equals(release))
              .map(Wish::ofTo)
              .orElse(0);
    }
    Optional<Member> worst = breakage.worst(state, environment, release);
    if (worst.isPresent()) {
      List<String> lines = worst.get().lastFailure().map(Member.Mishap::lines).orElse(List.of());
      return new RolloutStatus(
          State.FAILING, ready, wanted, breakage.sentence(worst.get()), Optional.empty(), lines);
    }
    return settled(state, environment) && !division.get().switches()
        ? new RolloutStatus(State.SETTLED, ready, wanted, "as wanted", Optional.empty(), List.of())
        : new RolloutStatus(
            State.PROGRESSING,
            ready,
            wanted,
            detail(state, environment),
            obstacle(state, environment),
            List.of());
  }

  /** Why a replica that is to be started is not: the machine cannot take it. */
  private Optional<String> obstacle(KeeperState state, String environment) {
    for (String process : processes(state, environment)) {
      Optional<Wish> wish = wish(state, environment, process);
      Optional<ProcessSpec> spec = wish.flatMap(w -> releases.process(w.to(), process));
      List<Slot> slots =
          state.fleet(environment + "/" + process).stream().map(Member::slot).toList();
      if (spec.isPresent() && Planner.wantsMore(wish.get(), slots)) {
        HostLimit left = room.left(state, spec.get());
        if (left.replicas() == 0) {
          return Optional.of(twice(wish.get(), process) + left.reason());
        }
      }
    }
    return Optional.empty();
  }

  private static String twice(Wish wish, String process) {
    return wish.twice()
        ? "both releases are kept whole, which takes 2 times %d replicas of \"%s\"; "
            .formatted(wish.wanted(), process)
        : "";
  }

  private String detail(KeeperState state, String environment) {
    for (String process : processes(state, environment)) {
      Optional<Size> size = state.size(environment + "/" + process);
      Optional<Wish> wish = wish(state, environment, process);
      if (size.isEmpty() && !gone(state, environment, process)) {
        return "waits for the size of \"" + process + "\"";
      }
      if (wish.isPresent() && !arrived(state, environment, process)) {
        List<Member> members = state.fleet(environment + "/" + process);
        long here =
            members.stream()
                .filter(m -> m.release().equals(wish.get().to()) && m.phase() == Phase.READY)
                .count();
        return here
            + " of "
            + wish.get().ofTo()
            + " replicas of \""
            + process
            + "\" are ready, "
            + count(members, Phase.STARTING)
            + " start, "
            + (count(members, Phase.DRAINING) + count(members, Phase.STOPPING))
            + " leave";
      }
    }
    return "under way";
  }

  private static int count(List<Member> members, Phase phase) {
    return (int) members.stream().filter(m -> m.phase() == phase).count();
  }
}
