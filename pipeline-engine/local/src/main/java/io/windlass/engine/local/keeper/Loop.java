package io.windlass.engine.local.keeper;

import io.windlass.engine.local.keeper.KeeperSettings.Limits;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.proxy.Proxy;
import io.windlass.engine.local.proxy.Route;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import io.windlass.engine.local.state.StateFile;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
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
  private final Foreman foreman;
  private final Routing routing;
  private final BlockingQueue<Runnable> asked = new LinkedBlockingQueue<>();
  private final Drains drains;
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
    this.foreman = new Foreman(releases, crew, rollouts, room, life, limits);
    this.drains = new Drains(proxy, releases, asked::add);
    this.routing = new Routing(releases, rollouts);
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
    Foreman.Round round = foreman.next(state, drains, clock.instant());
    save(round.state());
    drains.begin(state);
    round.orders().forEach(this::carryOut);
    crew.keepOnly(state.members().keySet());
  }

  private void carryOut(Foreman.Order order) {
    switch (order) {
      case Foreman.Order.Launch(Member member) -> launch(member);
      case Foreman.Order.Terminate(Member member) -> crew.terminate(member);
      case Foreman.Order.Clean(Member member) -> crew.clean(member);
      case Foreman.Order.Forget(String id) -> crew.forget(id);
    }
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
        become(reported(report));
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
        drains.forget(id);
        yield state.change(id, Member::cleaned);
      }
    };
  }

  /**
   * Gives the proxy the routes as they are now; before {@link #start} for those of the keeper
   * before.
   */
  void publish() {
    publish(state);
  }

  private void publish(KeeperState of) {
    List<Route> routes = routing.routes(of);
    if (!routes.equals(published)) {
      proxy.routes(routes);
      published = routes;
    }
  }

  private void save(KeeperState next) throws IOException {
    if (!next.equals(state)) {
      file.write(next);
      become(next);
    }
  }

  /** Who reads the state finds that requests already go as it says. */
  private void become(KeeperState next) {
    try {
      publish(next);
    } finally {
      state = next;
    }
  }
}
