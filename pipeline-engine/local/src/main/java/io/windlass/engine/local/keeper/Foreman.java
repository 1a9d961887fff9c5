package io.windlass.engine.local.keeper;

import io.windlass.engine.local.keeper.KeeperSettings.Limits;
import io.windlass.engine.local.plan.Action;
import io.windlass.engine.local.plan.Planner;
import io.windlass.engine.local.plan.Slot;
import io.windlass.engine.local.plan.Wish;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decides what becomes of each replica, and what the crew is to do about it. */
final class Foreman {
  private static final Logger LOG = LoggerFactory.getLogger(Foreman.class);

  /** What the crew is to do. */
  sealed interface Order {
    /** Start its process. */
    record Launch(Member member) implements Order {}

    /** Ask its process to end. */
    record Terminate(Member member) implements Order {}

    /** End whatever is left of its process and give back what it held. */
    record Clean(Member member) implements Order {}

    /** Nothing is left of it. */
    record Forget(String id) implements Order {}
  }

  /**
   * One round.
   *
   * @param state to be on disk before the orders are carried out
   */
  record Round(KeeperState state, List<Order> orders) {
    Round {
      orders = List.copyOf(orders);
    }
  }

  private final Releases releases;
  private final Crew crew;
  private final Rollouts rollouts;
  private final Room room;
  private final Life life;
  private final Planner planner;

  Foreman(Releases releases, Crew crew, Rollouts rollouts, Room room, Life life, Limits limits) {
    this.releases = releases;
    this.crew = crew;
    this.rollouts = rollouts;
    this.room = room;
    this.life = life;
    this.planner = new Planner(limits.settle());
  }

  Round next(KeeperState state, Drains drains, Instant now) {
    List<Order> orders = new ArrayList<>();
    KeeperState next = lives(state, drains, now, orders);
    next = plans(next, now, orders);
    KeeperState arrived = rollouts.arrivals(next);
    logArrivals(next, arrived);
    return new Round(arrived, orders);
  }

  private KeeperState lives(KeeperState before, Drains drains, Instant now, List<Order> orders) {
    KeeperState after = before;
    for (Member member : before.members().values()) {
      if (crew.busyWith(member.id())) {
        continue;
      }
      Optional<ProcessSpec> spec = releases.process(member.release(), member.process());
      if (member.running().isEmpty()) {
        after = withoutProcess(after, member, orders);
      } else if (spec.isPresent()) {
        crew.watch(member, spec.get());
        boolean drained = drains.over(member.id());
        Life.Next next = life.next(member, spec.get(), crew.facts(member, drained), now);
        logChange(member, next.member());
        after = after.withMember(next.member());
        switch (next.deed()) {
          case NOTHING -> {}
          case TERMINATE -> orders.add(new Order.Terminate(next.member()));
          case CLEAN -> orders.add(new Order.Clean(next.member()));
        }
      } else {
        // Its release is gone, which retire() does not let happen; it cannot be kept either.
        orders.add(new Order.Clean(member));
        after = after.withMember(member.become(Phase.STOPPING, now));
      }
    }
    return after;
  }

  private static KeeperState withoutProcess(KeeperState state, Member member, List<Order> orders) {
    return switch (member.phase()) {
      case DRAINING, STOPPING -> {
        orders.add(new Order.Forget(member.id()));
        yield state.withoutMember(member.id());
      }
      // Written down before the keeper was killed, and never begun.
      case STARTING, READY, UNREADY -> {
        orders.add(new Order.Launch(member));
        yield state;
      }
      case BACKOFF, CRASH_LOOPING -> state;
    };
  }

  private KeeperState plans(KeeperState before, Instant now, List<Order> orders) {
    KeeperState after = before;
    for (String environment : before.divisions().keySet()) {
      for (String process : rollouts.processes(after, environment)) {
        Optional<Wish> wish = rollouts.wish(after, environment, process);
        if (wish.isPresent()) {
          after = plan(after, environment, process, wish.get(), now, orders);
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
      List<Order> orders) {
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
          orders.add(new Order.Launch(member));
        }
        case Action.Restart(String id) -> {
          Member waiting = after.members().get(id);
          if (waiting != null && waiting.running().isEmpty() && !crew.busyWith(id)) {
            Member again = waiting.again(now);
            after = after.withMember(again);
            orders.add(new Order.Launch(again));
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

  private static void logArrivals(KeeperState before, KeeperState after) {
    after
        .divisions()
        .forEach((environment, divided) -> {
          if (!before.division(environment).equals(Optional.of(divided))) {
            LOG.atInfo()
                .addKeyValue("environment", environment)
                .addKeyValue("release", divided.to())
                .log(
                    divided.from().isPresent() && !divided.hasArrived()
                        ? "All requests go to the new release"
                        : "The new release has taken the whole place");
          }
        });
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
