package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.local.plan.Action;
import io.windlass.engine.local.plan.Planner;
import io.windlass.engine.local.plan.Slot;
import io.windlass.engine.local.plan.Wish;
import io.windlass.engine.local.process.ProcessId;
import io.windlass.engine.local.protocol.Health;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.Resources;
import io.windlass.engine.local.protocol.RolloutStatus;
import io.windlass.engine.local.protocol.Root;
import io.windlass.engine.local.protocol.RouteSpec;
import io.windlass.engine.local.protocol.Secrets;
import io.windlass.engine.local.proxy.Backend;
import io.windlass.engine.local.proxy.BackendState;
import io.windlass.engine.local.proxy.Route;
import io.windlass.engine.local.proxy.Weight;
import io.windlass.engine.local.state.Divided;
import io.windlass.engine.local.state.Divided.Kind;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import io.windlass.engine.local.state.Running;
import io.windlass.engine.local.state.Size;
import io.windlass.engine.local.state.Vault;
import io.windlass.engine.rollout.Division;
import io.windlass.scaler.fleet.Share;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A machine without processes on which replicas start, crash and leave at random, while an engine
 * and a scaler ask for one thing after the other.
 */
class DivisionPropertyTest {
  private static final String ENVIRONMENT = "acme/shop/production";
  private static final List<String> PROCESSES = List.of("web", "worker");
  private static final int ROOM = 1_000;
  private static final int RELEASES = 200;

  @TempDir private Path directory;
  private final Planner planner = new Planner(Duration.ofSeconds(1));
  private final Life life = new Life(Bench.QUICK);
  private Instant now = Instant.parse("2026-01-01T12:00:00Z");
  private KeeperState state = KeeperState.empty("boot");
  private Releases releases;
  private Rollouts rollouts;
  private Routing routing;
  private int born;
  private int newest;

  /** Every third one has no worker, and every second one a route of its own. */
  private static ReleaseSpec release(int number) {
    ProcessSpec process =
        new ProcessSpec(
            new Root.Directory("/"),
            List.of(),
            Map.of(),
            Secrets.NONE,
            true,
            new Health.None(),
            Resources.DEFAULT,
            Duration.ofSeconds(1));
    Map<String, ProcessSpec> processes = new HashMap<>();
    processes.put("web", process);
    if (number % 3 != 0) {
      processes.put("worker", process);
    }
    RouteSpec all = new RouteSpec(Optional.empty(), "/", "web");
    RouteSpec own = new RouteSpec(Optional.empty(), "/of-" + number, "web");
    return new ReleaseSpec(
        ENVIRONMENT, name(number), processes, number % 2 == 0 ? List.of(all, own) : List.of(all));
  }

  private static String name(int number) {
    return ENVIRONMENT + "@" + number;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34, 55, 89})
  void whateverIsAskedForNobodyLosesReplicasOrRequestsAndItIsReachedInTheEnd(long seed)
      throws Exception {
    releases = Releases.open(directory.resolve("r"), Vault.open(directory.resolve("key")));
    Room room = new Room(releases, KeeperSettings.Budget.DEFAULT);
    rollouts = new Rollouts(releases, room, new Breakage(releases, 3, () -> now));
    routing = new Routing(releases, rollouts);
    Random random = new Random(seed);
    PROCESSES.forEach(process -> resize(process, 3));
    ask(release(0), new Division.Replace());
    for (int tick = 0; tick < 3_000; tick++) {
      now = now.plusMillis(250);
      if (random.nextInt(40) == 0) {
        resize(PROCESSES.get(random.nextInt(2)), random.nextInt(7));
      }
      if (random.nextInt(60) == 0 && newest < RELEASES) {
        askSomething(random);
      }
      world(random, false);
      round("seed %d, tick %d".formatted(seed, tick));
    }
    for (int tick = 0; tick < 400; tick++) {
      now = now.plusMillis(500);
      world(random, true);
      round("seed %d, healthy tick %d".formatted(seed, tick));
    }
    assertReached("seed %d".formatted(seed));
  }

  private void resize(String process, int wanted) {
    state = state.withSize(ENVIRONMENT + "/" + process, new Size(wanted, "the test", "test"));
  }

  /** A next stage, a way back, or something newer. */
  private void askSomething(Random random) throws Exception {
    Divided now = state.division(ENVIRONMENT).orElseThrow();
    Division next =
        switch (random.nextInt(5)) {
          case 0, 1 -> new Division.Part(Share.percent(1 + random.nextInt(99)));
          case 2 -> new Division.Beside(false);
          case 3 -> new Division.Beside(true);
          default -> new Division.Replace();
        };
    int dice = random.nextInt(10);
    if (dice < 5) {
      ask(releases.find(now.to()).orElseThrow(), next);
    } else if (dice < 8 && now.from().isPresent()) {
      ask(releases.find(now.from().get()).orElseThrow(), new Division.Replace());
    } else {
      ask(release(++newest), next);
    }
  }

  private void ask(ReleaseSpec release, Division division) throws Exception {
    releases.add(release);
    // As the engine does, before it shifts to a release that brings a fleet.
    release.processes().keySet().stream()
        .filter(process -> state.size(ENVIRONMENT + "/" + process).isEmpty())
        .forEach(process -> resize(process, 3));
    state =
        state.withDivision(
            ENVIRONMENT, Divided.shifted(state.division(ENVIRONMENT), release.release(), division));
  }

  private void world(Random random, boolean healthy) {
    for (Member member : List.copyOf(state.members().values())) {
      int dice = healthy ? 0 : random.nextInt(100);
      // Some releases are worse than others.
      int crashes = healthy ? -1 : member.release().hashCode() % 4 == 0 ? 97 : 99;
      switch (member.phase()) {
        case STARTING -> {
          if (dice >= crashes - 10 && !healthy) {
            crash(member);
          } else if (dice < 25) {
            become(member, Phase.READY);
          }
        }
        case READY -> {
          if (dice >= crashes && !healthy) {
            crash(member);
          } else if (dice == 1) {
            become(member, Phase.UNREADY);
          }
        }
        case UNREADY -> {
          if (dice < 30) {
            become(member, Phase.READY);
          }
        }
        case DRAINING, STOPPING -> {
          if (dice < 40) {
            state = state.withoutMember(member.id());
          }
        }
        case BACKOFF, CRASH_LOOPING -> {}
      }
    }
  }

  private void become(Member member, Phase phase) {
    state = state.withMember(member.become(phase, now));
  }

  private void crash(Member member) {
    Member.Mishap mishap = new Member.Mishap("it crashed", List.of());
    state = state.withMember(life.failed(member, 1, mishap, now).cleaned());
  }

  private void round(String when) {
    for (String process : rollouts.processes(state, ENVIRONMENT)) {
      Optional<Wish> wish = rollouts.wish(state, ENVIRONMENT, process);
      if (wish.isPresent()) {
        plan(process, wish.get(), when);
      }
    }
    state = rollouts.arrivals(state);
    routing.routes(state).forEach(route -> assertFair(route, when));
  }

  private void plan(String process, Wish wish, String when) {
    long readyBefore = ready(process);
    List<Slot> slots = members(process).stream().map(Member::slot).toList();
    List<Action> actions = planner.plan(wish, slots, ROOM, now);
    for (Action action : actions) {
      state =
          switch (action) {
            case Action.Start(String release) -> {
              Member fresh = Member.born("s" + ++born, ENVIRONMENT, process, release, now);
              yield state.withMember(run(fresh));
            }
            case Action.Restart(String id) -> state.change(id, m -> run(m.again(now)));
            case Action.Drain(String id) -> state.change(id, m -> m.become(Phase.DRAINING, now));
          };
    }
    assertThat(ready(process))
        .as("%s: ready replicas of %s after %s", when, process, actions)
        .isGreaterThanOrEqualTo(Math.min(readyBefore, wish.wanted()));
  }

  private Member run(Member member) {
    int port = 10_000 + Integer.parseInt(member.id().substring(1));
    return member.started(
        new Running(new ProcessId(1, 1), member.id(), Optional.of(port), false, 0));
  }

  private List<Member> members(String process) {
    return state.fleet(ENVIRONMENT + "/" + process);
  }

  private long ready(String process) {
    return members(process).stream().filter(m -> m.phase() == Phase.READY).count();
  }

  private long readyOf(String release) {
    return state.members().values().stream()
        .filter(m -> m.release().equals(release) && m.phase() == Phase.READY)
        .count();
  }

  private void assertFair(Route route, String when) {
    Divided divided = state.division(ENVIRONMENT).orElseThrow();
    Map<String, Integer> ready = new HashMap<>();
    for (Backend backend : route.backends()) {
      if (backend.state() == BackendState.READY) {
        ready.merge(backend.release(), 1, Integer::sum);
      }
    }
    String what = when + ": " + divided + " with " + ready;
    if (!route.pathPrefix().equals("/")) {
      if (divided.asked() instanceof Division.Part && divided.from().isPresent()) {
        String owner = name(Integer.parseInt(route.pathPrefix().substring("/of-".length())));
        boolean toIsUp = readyOf(divided.to()) > 0;
        assertThat(!toIsUp || List.of(owner).containsAll(ready.keySet())).as(what).isTrue();
      }
      return;
    }
    assertThat(ready.isEmpty()).as(what).isEqualTo(ready("web") == 0);
    if (route.weight().isEmpty()) {
      assertThat(divided.from().isPresent() && !divided.replaces())
          .as("%s: divided requests have a weight", what)
          .isFalse();
      return;
    }
    Weight weight = route.weight().get();
    assertThat(weight.release()).as(what).isEqualTo(divided.to());
    if (ready.keySet().stream().anyMatch(divided::names)) {
      assertThat(ready.keySet()).as(what).allMatch(divided::names);
    }
    int wanted = state.size(ENVIRONMENT + "/web").orElseThrow().wanted();
    int ofTo = ready.getOrDefault(divided.to(), 0);
    double share = weight.share().fraction();
    switch (divided.asked()) {
      case Division.Part(Share most) -> {
        int whole = divided.asked().ofRelease(wanted);
        assertThat(share).as(what).isLessThanOrEqualTo(most.fraction());
        assertThat(share * whole).as(what).isLessThanOrEqualTo(most.fraction() * ofTo + 1e-9);
      }
      case Division.Beside(boolean live) -> assertThat(share).as(what).isIn(0.0, live ? 1.0 : 0.0);
      case Division.Replace() -> {
        assertThat(divided.kind().orElseThrow()).as(what).isIn(Kind.RETURN, Kind.FINISH);
        if (2 * ofTo >= wanted && wanted > 0) {
          assertThat(share).as(what).isOne();
        }
      }
    }
  }

  private void assertReached(String when) {
    Divided divided = state.division(ENVIRONMENT).orElseThrow();
    for (String process : rollouts.processes(state, ENVIRONMENT)) {
      Wish wish = rollouts.wish(state, ENVIRONMENT, process).orElseThrow();
      Map<String, Integer> counts = new HashMap<>();
      members(process).forEach(m -> counts.merge(m.release(), 1, Integer::sum));
      Map<String, Integer> wanted = new HashMap<>();
      wish.from().ifPresent(from -> wanted.put(from, wish.ofFrom()));
      wanted.put(wish.to(), wish.ofTo());
      wanted.values().removeIf(count -> count == 0);
      assertThat(counts).as("%s: %s of %s", when, process, divided).isEqualTo(wanted);
      assertThat(ready(process)).as(when).isEqualTo(members(process).size());
    }
    RolloutStatus status = rollouts.status(state, ENVIRONMENT, divided.to());
    assertThat(
            status.state() == RolloutStatus.State.SETTLED
                || status.detail().contains("do not stay up"))
        .as("%s: %s", when, status)
        .isTrue();
    assertThat(divided.switches()).as(when).isFalse();
  }
}
