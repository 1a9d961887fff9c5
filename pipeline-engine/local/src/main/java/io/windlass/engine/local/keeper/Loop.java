package io.windlass.engine.local.keeper;

import io.windlass.engine.local.keeper.KeeperSettings.Limits;
import io.windlass.engine.local.plan.Action;
import io.windlass.engine.local.plan.Planner;
import io.windlass.engine.local.plan.Slot;
import io.windlass.engine.local.plan.Wish;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.proxy.Proxy;
import io.windlass.engine.local.proxy.Route;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import io.windlass.engine.local.state.StateFile;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Observes, decides, remembers, acts, again and again. Its thread alone changes the state; others
 * ask it to. A change is on disk before it is acted on and before who asked for it hears of it.
 */
final class Loop {
  private static final Logger LOG = LoggerFactory.getLogger(Loop.class);

  /** Between two rounds while something is under way, and while all is as wanted. */
  private static final Duration BUSY = Duration.ofMillis(50);

  private static final Duration QUIET = Duration.ofMillis(250);

  private final InstantSource clock;
  private final StateFile file;
  private final Releases releases;
  private final Crew crew;
  private final Proxy proxy;
  private final Life life;
  private final Planner planner;
  private final Rollouts rollouts;
  private final Routing routing;
  private final Room room;
  private final BlockingQueue<Runnable> asked = new LinkedBlockingQueue<>();
  private final Map<String, Boolean> drains = new HashMap<>();
  private final Thread thread = new Thread(this::run, "keeper-loop");
  private volatile KeeperState state;
  private volatile boolean closed;
  private List<Route> published = List.of();
  private boolean broken;

  Loop(
      InstantSource clock,
      StateFile file,
      KeeperState state,
      Releases releases,
      Crew crew,
      Proxy proxy,
      Rollouts rollouts,
      Room room,
      Limits limits) {
    this.clock = clock;
    this.file = file;
    this.state = state;
    this.releases = releases;
    this.crew = crew;
    this.proxy = proxy;
    this.life = new Life(limits);
    this.planner = new Planner(limits.settle());
    this.rollouts = rollouts;
    this.routing = new Routing(releases);
    this.room = room;
    crew.report(this::report);
  }

  void start() {
    thread.start();
  }

  /** As it was written to disk last. */
  KeeperState state() {
    return state;
  }

  /** Changes the state; done, and on disk, when the future completes. */
  CompletableFuture<KeeperState> change(UnaryOperator<KeeperState> change) {
    CompletableFuture<KeeperState> done = new CompletableFuture<>();
    asked.add(() -> {
      try {
        save(change.apply(state));
        done.complete(state);
      } catch (IOException | RuntimeException e) {
        done.completeExceptionally(e);
      }
    });
    return done;
  }

  /** Makes the next round come now. */
  void wake() {
    asked.add(() -> {});
  }

  /** Ends the loop and leaves every replica as it is. */
  void close() throws InterruptedException {
    closed = true;
    wake();
    thread.join();
  }

  private void run() {
    while (!closed) {
      try {
        Runnable request = asked.poll((busy() ? BUSY : QUIET).toMillis(), TimeUnit.MILLISECONDS);
        while (request != null) {
          request.run();
          request = asked.poll();
        }
        round();
        broken = false;
      } catch (InterruptedException e) {
        return;
      } catch (IOException | RuntimeException e) {
        if (!broken) {
          LOG.error(
              "A round of the keeper failed; replicas stay as they are and it tries again", e);
        }
        broken = true;
      }
    }
  }

  private boolean busy() {
    return state.members().values().stream()
        .anyMatch(m -> m.phase() != Phase.READY && m.phase() != Phase.CRASH_LOOPING);
  }

  private void round() throws IOException {
    Instant now = clock.instant();
    List<Runnable> deeds = new ArrayList<>();
    KeeperState next = lives(state, now, deeds);
    next = plans(next, now, deeds);
    next = rollouts.proved(next);
    save(next);
    publish();
    drain();
    deeds.forEach(Runnable::run);
    crew.keepOnly(state.members().keySet());
  }

  private KeeperState lives(KeeperState before, Instant now, List<Runnable> deeds) {
    KeeperState after = before;
    for (Member member : before.members().values()) {
      if (crew.busyWith(member.id())) {
        continue;
      }
      Optional<ProcessSpec> spec = releases.process(member.release(), member.process());
      if (member.running().isEmpty()) {
        after = withoutProcess(after, member, deeds);
      } else if (spec.isPresent()) {
        crew.watch(member, spec.get());
        boolean drained = drains.getOrDefault(member.id(), false);
        Life.Next next = life.next(member, spec.get(), crew.facts(member, drained), now);
        logChange(member, next.member());
        after = after.withMember(next.member());
        switch (next.deed()) {
          case NOTHING -> {}
          case TERMINATE -> deeds.add(() -> crew.terminate(next.member()));
          case CLEAN -> deeds.add(() -> crew.clean(next.member()));
        }
      } else {
        // Its release is gone, which retire() does not let happen; it cannot be kept either.
        deeds.add(() -> crew.clean(member));
        after = after.withMember(member.become(Phase.STOPPING, now));
      }
    }
    return after;
  }

  private KeeperState withoutProcess(KeeperState state, Member member, List<Runnable> deeds) {
    return switch (member.phase()) {
      case DRAINING, STOPPING -> {
        deeds.add(() -> crew.forget(member.id()));
        yield state.withoutMember(member.id());
      }
      // Written down before the keeper was killed, and never begun.
      case STARTING, READY, UNREADY -> {
        deeds.add(() -> launch(member));
        yield state;
      }
      case BACKOFF, CRASH_LOOPING -> state;
    };
  }

  private KeeperState plans(KeeperState before, Instant now, List<Runnable> deeds) {
    KeeperState after = before;
    for (String environment : before.divisions().keySet()) {
      for (String process : rollouts.processes(after, environment)) {
        Optional<Wish> wish = rollouts.wish(after, environment, process);
        if (wish.isPresent()) {
          after = plan(after, environment, process, wish.get(), now, deeds);
        }
      }
    }
    for (Member member : before.members().values()) {
      if (before.division(member.environment()).isEmpty()) {
        after = leave(after, member, now); // all of its environment was asked to stop
      }
    }
    return after;
  }

  private KeeperState plan(
      KeeperState before,
      String environment,
      String process,
      Wish wish,
      Instant now,
      List<Runnable> deeds) {
    List<Slot> slots =
        before.fleet(environment + "/" + process).stream().map(Member::slot).toList();
    int left =
        releases
            .process(wish.to(), process)
            .map(spec -> room.left(before, spec).replicas())
            .orElse(0);
    KeeperState after = before;
    for (Action action : planner.plan(wish, slots, left, now)) {
      switch (action) {
        case Action.Start(String release) -> {
          Member member = Member.born(Names.fresh(process), environment, process, release, now);
          LOG.atInfo()
              .addKeyValue("replica", member.id())
              .addKeyValue("release", release)
              .log("Starting a replica");
          after = after.withMember(member);
          deeds.add(() -> launch(member));
        }
        case Action.Restart(String id) -> {
          Member waiting = after.members().get(id);
          if (waiting != null && waiting.running().isEmpty() && !crew.busyWith(id)) {
            Member again = waiting.again(now);
            after = after.withMember(again);
            deeds.add(() -> launch(again));
          }
        }
        case Action.Drain(String id) -> {
          Member leaving = after.members().get(id);
          after = leaving == null ? after : leave(after, leaving, now);
        }
      }
    }
    return after;
  }

  private static KeeperState leave(KeeperState state, Member member, Instant now) {
    return switch (member.phase()) {
      case DRAINING, STOPPING -> state;
      case STARTING, READY, UNREADY, BACKOFF, CRASH_LOOPING -> {
        LOG.atInfo()
            .addKeyValue("replica", member.id())
            .addKeyValue("release", member.release())
            .log("Draining a replica");
        yield state.withMember(member.become(Phase.DRAINING, now));
      }
    };
  }

  private void launch(Member member) {
    Set<Integer> taken = new HashSet<>();
    state.members().values().forEach(m -> m.running().flatMap(r -> r.port()).ifPresent(taken::add));
    releases
        .process(member.release(), member.process())
        .ifPresent(spec -> crew.launch(member, spec, taken));
  }

  /** What the crew has done, told on its threads. */
  private void report(Crew.Report report) {
    asked.add(() -> {
      try {
        save(reported(report));
      } catch (IOException e) {
        LOG.error("Tried to write the keeper's state but could not; it is tried again", e);
        state = reported(report);
      }
    });
  }

  private KeeperState reported(Crew.Report report) {
    return switch (report) {
      case Crew.Report.Seen() -> state;
      case Crew.Report.Launched(String id, var running) -> {
        crew.free(id);
        yield state.change(id, m -> m.started(running));
      }
      case Crew.Report.NotLaunched(String id, Member.Mishap mishap) -> {
        crew.free(id);
        yield state.change(
            id, m -> m.phase() == Phase.STARTING ? life.failed(m, 1, mishap, clock.instant()) : m);
      }
      case Crew.Report.Cleaned(String id) -> {
        crew.free(id);
        drains.remove(id);
        yield state.change(id, Member::cleaned);
      }
    };
  }

  private void drain() {
    for (Member member : state.members().values()) {
      if (member.phase() != Phase.DRAINING || drains.containsKey(member.id())) {
        continue;
      }
      boolean serves = member.running().flatMap(r -> r.port()).isPresent();
      drains.put(member.id(), !serves);
      if (serves) {
        Duration patience =
            releases
                .process(member.release(), member.process())
                .map(ProcessSpec::drain)
                .orElse(Duration.ZERO);
        proxy
            .drain(member.id(), patience)
            .thenRun(() -> asked.add(() -> drains.computeIfPresent(member.id(), (_, _) -> true)));
      }
    }
    drains.keySet().retainAll(state.members().keySet());
  }

  /**
   * Gives the proxy the routes as they are now; before {@link #start} for those of the keeper
   * before.
   */
  void publish() {
    List<Route> routes = routing.routes(state);
    if (!routes.equals(published)) {
      proxy.routes(routes);
      published = routes;
    }
  }

  private void save(KeeperState next) throws IOException {
    if (!next.equals(state)) {
      file.write(next);
      state = next;
    }
  }

  private static void logChange(Member before, Member after) {
    if (before.phase() != after.phase()) {
      LOG.atInfo()
          .addKeyValue("replica", after.id())
          .addKeyValue("release", after.release())
          .addKeyValue("from", before.phase())
          .addKeyValue("to", after.phase())
          .addKeyValue(
              "cause",
              after.phase() == Phase.BACKOFF || after.phase() == Phase.CRASH_LOOPING
                  ? after.lastFailure().map(Member.Mishap::cause).orElse("")
                  : "")
          .log("A replica changed");
    }
  }
}
