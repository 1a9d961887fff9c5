package io.windlass.engine.local.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.local.protocol.Phase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlannerTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Planner PLANNER = new Planner(Duration.ofSeconds(1));
  private static final int ROOMY = 100;

  /** Slots written as "a:READY a:READY b:STARTING"; ids count up, later ones are younger. */
  private static List<Slot> slots(String text) {
    List<Slot> slots = new ArrayList<>();
    for (String word : text.isBlank() ? new String[0] : text.split(" ", -1)) {
      String[] parts = word.split(":", -1);
      int n = slots.size();
      Instant born = NOW.minusSeconds(100 - n);
      slots.add(
          new Slot("r" + n, parts[0], Phase.valueOf(parts[1]), born, born, NOW.plusSeconds(5)));
    }
    return slots;
  }

  private static String text(List<Action> actions) {
    return String.join(
        " ",
        actions.stream()
            .map(a ->
                switch (a) {
                  case Action.Start(String release) -> "start:" + release;
                  case Action.Restart(String replica) -> "restart:" + replica;
                  case Action.Drain(String replica) -> "drain:" + replica;
                })
            .toList());
  }

  static Stream<Arguments> table() {
    Wish first = new Wish(2, "a", 100, Optional.empty(), false);
    Wish none = new Wish(0, "a", 100, Optional.empty(), false);
    Wish move = new Wish(2, "b", 100, Optional.of("a"), false);
    Wish bad = new Wish(2, "b", 100, Optional.of("a"), true);
    Wish badAndGrowing = new Wish(4, "b", 100, Optional.of("a"), true);
    Wish canary = new Wish(10, "b", 10, Optional.of("a"), false);
    Wish canaryOfOne = new Wish(1, "b", 10, Optional.of("a"), false);
    Wish back = new Wish(2, "a", 100, Optional.of("b"), false);
    return Stream.of(
        Arguments.of("first release starts whole", first, "", "start:a start:a"),
        Arguments.of("as wanted, nothing to do", first, "a:READY a:READY", ""),
        Arguments.of("scale-out", first, "a:READY", "start:a"),
        Arguments.of("scale-in takes the youngest", first, "a:READY a:READY a:READY", "drain:r2"),
        Arguments.of(
            "scale-in takes the unready first", first, "a:READY a:STARTING a:READY", "drain:r1"),
        Arguments.of("to zero", none, "a:READY a:UNREADY", "drain:r1 drain:r0"),
        Arguments.of("a move begins with the surge", move, "a:READY a:READY", "start:b"),
        Arguments.of("waits while the new one starts", move, "a:READY a:READY b:STARTING", ""),
        Arguments.of(
            "drains one for a ready one", move, "a:READY a:READY b:READY", "drain:r1 start:b"),
        Arguments.of("leaving ones make room", move, "a:READY a:DRAINING b:READY", "start:b"),
        Arguments.of("the last old one goes last", move, "a:READY b:READY b:READY", "drain:r0"),
        Arguments.of(
            "old unready ones stay until the new is up", move, "a:UNREADY a:READY b:STARTING", ""),
        Arguments.of(
            "old unready ones go first then",
            move,
            "a:UNREADY a:READY b:READY",
            "drain:r0 start:b"),
        Arguments.of(
            "a failing release takes no more than the surge", bad, "a:READY a:READY b:BACKOFF", ""),
        Arguments.of(
            "the old one replaces what it lost meanwhile",
            bad,
            "a:READY b:CRASH_LOOPING",
            "start:a"),
        Arguments.of(
            "growth falls to what is known to work",
            badAndGrowing,
            "a:READY a:READY b:BACKOFF",
            "start:a start:a"),
        Arguments.of(
            "a share is rounded up",
            canary,
            "a:READY a:READY a:READY a:READY a:READY a:READY a:READY a:READY a:READY a:READY",
            "start:b"),
        Arguments.of(
            "and settles beside the rest",
            canary,
            "a:READY a:READY a:READY a:READY a:READY a:READY a:READY a:READY a:READY b:READY",
            ""),
        Arguments.of("a share of one is one beside one", canaryOfOne, "a:READY b:READY", ""),
        Arguments.of(
            "return drops the failing ones", back, "a:READY a:READY b:BACKOFF", "drain:r2"),
        Arguments.of("return restores", back, "a:READY b:READY", "start:a"),
        Arguments.of("a forgotten release goes", first, "z:READY a:READY a:READY", "drain:r0"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("table")
  void plans(String name, Wish wish, String slots, String actions) {
    assertThat(text(PLANNER.plan(wish, slots(slots), ROOMY, NOW))).isEqualTo(actions);
  }

  @Test
  void startsNoMoreThanTheMachineHasRoomFor() {
    Wish wish = new Wish(5, "a", 100, Optional.empty(), false);
    assertThat(text(PLANNER.plan(wish, slots("a:READY"), 2, NOW))).isEqualTo("start:a start:a");
    assertThat(PLANNER.plan(wish, slots("a:READY"), 0, NOW)).isEmpty();
  }

  @Test
  void restartsWhenItsTimeHasCome() {
    Slot waiting = new Slot("r", "a", Phase.BACKOFF, NOW, NOW, NOW.plusSeconds(3));
    Wish wish = new Wish(1, "a", 100, Optional.empty(), false);
    assertThat(PLANNER.plan(wish, List.of(waiting), ROOMY, NOW)).isEmpty();
    assertThat(PLANNER.plan(wish, List.of(waiting), ROOMY, NOW.plusSeconds(3)))
        .containsExactly(new Action.Restart("r"));
  }

  @Test
  void aNewReplicaStandsForAnOldOneOnlyAfterTheSettleTime() {
    Wish wish = new Wish(1, "b", 100, Optional.of("a"), false);
    Slot old = new Slot("old", "a", Phase.READY, NOW, NOW, NOW);
    Slot fresh = new Slot("new", "b", Phase.READY, NOW, NOW, NOW);
    assertThat(PLANNER.plan(wish, List.of(old, fresh), ROOMY, NOW)).isEmpty();
    assertThat(PLANNER.plan(wish, List.of(old, fresh), ROOMY, NOW.plusSeconds(1)))
        .containsExactly(new Action.Drain("old"));
  }
}
