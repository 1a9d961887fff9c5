package io.windlass.engine.local.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.rollout.Division;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A simulated machine where replicas start, fail, die and leave at random. */
class PlannerPropertyTest {
  private static final Planner PLANNER = new Planner(Duration.ofSeconds(1));
  private static final Division REPLACE = new Division.Replace();
  private static final Instant START = Instant.parse("2026-01-01T12:00:00Z");

  private final List<Slot> slots = new ArrayList<>();
  private Instant now = START;
  private int born;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 5, 8, 13, 21, 34})
  void planningNeverTakesReadyCapacityBelowTheWantedTotalNorPassesTheSurge(long seed) {
    Random random = new Random(seed);
    Wish wish = Wish.all(1 + random.nextInt(6), "r0");
    int release = 0;
    for (int tick = 0; tick < 4_000; tick++) {
      now = now.plusMillis(250);
      if (random.nextInt(60) == 0) {
        wish = resized(wish, random.nextInt(8));
      }
      if (random.nextInt(150) == 0) {
        wish =
            new Wish(
                wish.wanted(), "r" + ++release, division(random), Optional.of(wish.to()), false);
      }
      boolean failing = slots.stream().anyMatch(s -> s.phase() == Phase.CRASH_LOOPING);
      wish = new Wish(wish.wanted(), wish.to(), wish.division(), wish.from(), failing);
      world(random);
      step(wish, seed, tick);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {4, 9, 16, 25})
  void aMoveToAGoodReleaseComesToItsEndAndThenNothingIsLeftToDo(long seed) {
    Random random = new Random(seed);
    int wanted = 1 + random.nextInt(12);
    for (int i = 0; i < wanted; i++) {
      slots.add(slot("old", Phase.READY));
    }
    Wish wish = new Wish(wanted, "new", REPLACE, Optional.of("old"), false);
    for (int tick = 0; tick < 40 * wanted; tick++) {
      now = now.plusMillis(500);
      healthyWorld();
      step(wish, seed, tick);
    }
    assertThat(slots).as("seed %d", seed).hasSize(wanted);
    assertThat(slots).allMatch(s -> s.release().equals("new") && s.ready());
    assertThat(PLANNER.plan(wish, slots, 100, now)).isEmpty();
  }

  private static Division division(Random random) {
    return switch (random.nextInt(4)) {
      case 0 -> new Division.Part(Share.percent(1 + random.nextInt(99)));
      case 1 -> new Division.Beside(random.nextBoolean());
      default -> REPLACE;
    };
  }

  private static Wish resized(Wish wish, int wanted) {
    return new Wish(wanted, wish.to(), wish.division(), wish.from(), wish.failing());
  }

  private void step(Wish wish, long seed, int tick) {
    long readyBefore = ready();
    int stayingBefore = staying();
    List<Action> actions = PLANNER.plan(wish, List.copyOf(slots), 100, now);
    assertThat(PLANNER.plan(wish, List.copyOf(slots), 100, now)).isEqualTo(actions);
    actions.forEach(this::perform);
    assertThat(ready())
        .as("seed %d, tick %d: ready replicas after %s", seed, tick, actions)
        .isGreaterThanOrEqualTo(Math.min(readyBefore, wish.wanted()));
    int most = Math.max(wish.wanted(), wish.ofTo() + wish.ofFrom()) + wish.surge();
    assertThat(staying())
        .as("seed %d, tick %d: replicas after %s", seed, tick, actions)
        .isLessThanOrEqualTo(Math.max(stayingBefore, most));
  }

  private void perform(Action action) {
    switch (action) {
      case Action.Start(String release) -> slots.add(slot(release, Phase.STARTING));
      case Action.Restart(String replica) -> become(replica, Phase.STARTING);
      case Action.Drain(String replica) -> become(replica, Phase.DRAINING);
    }
  }

  private void world(Random random) {
    for (Slot slot : List.copyOf(slots)) {
      int dice = random.nextInt(100);
      switch (slot.phase()) {
        case STARTING -> {
          if (dice < 20) {
            become(slot.id(), Phase.READY);
          } else if (dice < 30) {
            become(slot.id(), dice < 27 ? Phase.BACKOFF : Phase.CRASH_LOOPING);
          }
        }
        case READY -> {
          if (dice < 2) {
            become(slot.id(), dice == 0 ? Phase.UNREADY : Phase.BACKOFF);
          }
        }
        case UNREADY -> {
          if (dice < 30) {
            become(slot.id(), Phase.READY);
          }
        }
        case BACKOFF, CRASH_LOOPING -> {}
        case DRAINING, STOPPING -> {
          if (dice < 40) {
            slots.remove(slot);
          }
        }
      }
    }
  }

  private void healthyWorld() {
    for (Slot slot : List.copyOf(slots)) {
      switch (slot.phase()) {
        case STARTING -> become(slot.id(), Phase.READY);
        case DRAINING -> slots.remove(slot);
        case READY, UNREADY, BACKOFF, CRASH_LOOPING, STOPPING -> {}
      }
    }
  }

  private Slot slot(String release, Phase phase) {
    born++;
    return new Slot("s" + born, release, phase, now, now, now);
  }

  private void become(String id, Phase phase) {
    slots.replaceAll(s ->
        s.id().equals(id)
            ? new Slot(id, s.release(), phase, s.born(), now, now.plusSeconds(2))
            : s);
  }

  private long ready() {
    return slots.stream().filter(Slot::ready).count();
  }

  private int staying() {
    return (int) slots.stream().filter(Slot::stays).count();
  }
}
