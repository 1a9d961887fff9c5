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
import io.windlass.engine.local.state.Division;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import io.windlass.engine.local.state.Size;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Reads from the state what is wished of an environment's fleets and how far they are. */
final class Rollouts {
  private final Releases releases;
  private final Room room;
  private final int failing;

  /**
   * Over these releases.
   *
   * @param failing failures in a row that say that a release does not come up
   */
  Rollouts(Releases releases, Room room, int failing) {
    this.releases = releases;
    this.room = room;
    this.failing = failing;
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
    Optional<Division> division = state.division(environment);
    Optional<ReleaseSpec> to = division.map(Division::to).flatMap(releases::find);
    if (division.isEmpty() || to.isEmpty()) {
      return Optional.empty();
    }
    String release = division.get().to();
    if (!to.get().processes().containsKey(process)) {
      // A process that is no more goes last, when all others have arrived.
      boolean othersArrived =
          to.get().processes().keySet().stream().allMatch(p -> arrived(state, environment, p));
      return othersArrived
          ? Optional.of(new Wish(0, release, 100, Optional.empty(), false))
          : Optional.empty();
    }
    Optional<String> from =
        division.get().from().filter(r -> releases.process(r, process).isPresent());
    return state
        .size(environment + "/" + process)
        .map(size ->
            new Wish(
                size.wanted(),
                release,
                division.get().percent(),
                from,
                worst(state, environment, release).isPresent()));
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
      boolean readyMatters = release.equals(wish.get().to());
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

  /**
   * Forgets what ran before in every environment that has wholly arrived at its release, and the
   * sizes of processes that went with it.
   */
  KeeperState proved(KeeperState state) {
    KeeperState proved = state;
    for (var entry : state.divisions().entrySet()) {
      Division division = entry.getValue();
      if (division.from().isPresent()
          && division.percent() == 100
          && settled(state, entry.getKey())) {
        proved = proved.withDivision(entry.getKey(), division.proved());
        for (String process : dropped(division)) {
          proved = proved.withoutSize(entry.getKey() + "/" + process);
        }
      }
    }
    return proved;
  }

  private Set<String> dropped(Division division) {
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
    Optional<String> asked = state.division(environment).map(Division::to);
    if (!asked.equals(Optional.of(release))) {
      // Nothing will move here by itself, so that to wait for it would be to wait for ever.
      String cause =
          asked
              .map(to -> "a later move to " + to + " has taken its place")
              .orElse("the keeper knows of no move to this release");
      return new RolloutStatus(State.FAILING, ready, 0, cause, Optional.empty(), List.of());
    }
    int wanted = 0;
    for (String process : processes(state, environment)) {
      wanted += wish(state, environment, process).map(Wish::ofTo).orElse(0);
    }
    Optional<Member> worst = worst(state, environment, release);
    if (worst.isPresent()) {
      Member.Mishap mishap =
          worst.get().lastFailure().orElse(new Member.Mishap("it does not come up", List.of()));
      String cause =
          "Replicas of \""
              + worst.get().process()
              + "\" do not come up: "
              + mishap.cause()
              + ", "
              + worst.get().failures()
              + " failures in a row";
      return new RolloutStatus(
          State.FAILING, ready, wanted, cause, Optional.empty(), mishap.lines());
    }
    return settled(state, environment)
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
          return Optional.of(left.reason());
        }
      }
    }
    return Optional.empty();
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

  /** The replica that shows best that this release does not come up. */
  private Optional<Member> worst(KeeperState state, String environment, String release) {
    return state.members().values().stream()
        .filter(m -> m.environment().equals(environment) && m.release().equals(release))
        .filter(m -> m.failures() >= failing && m.phase() != Phase.READY)
        .max(Comparator.comparingInt(Member::failures));
  }

  private static int count(List<Member> members, Phase phase) {
    return (int) members.stream().filter(m -> m.phase() == phase).count();
  }
}
