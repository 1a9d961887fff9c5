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
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PlannerTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");
  private static final Planner PLANNER = new Planner(Duration.ofSeconds(1));
  private static final int ROOMY = 100;
  private static final Division REPLACE = new Division.Replace();

  private static Division part(int percent) {
    return new Division.Part(Share.percent(percent));
  }

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
    Wish first = Wish.all(2, "a");
    Wish none = Wish.all(0, "a");
    Wish move = new Wish(2, "b", REPLACE, Optional.of("a"), false);
    Wish bad = new Wish(2, "b", REPLACE, Optional.of("a"), true);
    Wish badAndGrowing = new Wish(4, "b", REPLACE, Optional.of("a"), true);
    Wish canary = new Wish(10, "b", part(10), Optional.of("a"), false);
    Wish canaryOfOne = new Wish(1, "b", part(10), Optional.of("a"), false);
    Wish canaryOfTwo = new Wish(2, "b", part(10), Optional.of("a"), false);
    Wish half = new Wish(4, "b", part(50), Optional.of("a"), false);
    Wish badCanary = new Wish(4, "b", part(50), Optional.of("a"), true);
    Wish beside = new Wish(2, "b", new Division.Beside(false), Optional.of("a"), false);
    Wish live = new Wish(2, "b", new Division.Beside(true), Optional.of("a"), false);
    Wish besideGrown = new Wish(3, "b", new Division.Beside(true), Optional.of("a"), false);
    Wish besideShrunk = new Wish(1, "b", new Division.Beside(true), Optional.of("a"), false);
    Wish besideNothing = new Wish(2, "b", new Division.Beside(true), Optional.empty(), false);
    Wish badBeside = new Wish(2, "b", new Division.Beside(true), Optional.of("a"), true);
    Wish back = new Wish(2, "a", REPLACE, Optional.of("b"), false);
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
        Arguments.of("the rest is rounded up as well", canaryOfTwo, "a:READY a:READY b:READY", ""),
        Arguments.of(
            "a canary's replicas start before others leave",
            half,
            "a:READY a:READY a:READY a:READY",
            "start:b"),
        Arguments.of(
            "and take the place of others one after the other",
            half,
            "a:READY a:READY a:READY a:READY b:READY",
            "drain:r3 start:b"),
        Arguments.of(
            "a smaller total takes from both",
            canaryOfTwo,
            "a:READY a:READY a:READY b:READY b:READY",
            "drain:r2 drain:r4"),
        Arguments.of(
            "a canary that breaks is made up for by what ran before",
            badCanary,
            "a:READY a:READY b:CRASH_LOOPING b:BACKOFF",
            "start:a"),
        Arguments.of("both are whole", beside, "a:READY a:READY", "start:b start:b"),
        Arguments.of("and stay", beside, "a:READY a:READY b:READY b:READY", ""),
        Arguments.of("also after the switch", live, "a:READY a:READY b:READY b:READY", ""),
        Arguments.of(
            "both grow", besideGrown, "a:READY a:READY b:READY b:READY", "start:b start:a"),
        Arguments.of(
            "both shrink", besideShrunk, "a:READY a:READY b:READY b:READY", "drain:r1 drain:r3"),
        Arguments.of("beside nothing it is whole", besideNothing, "b:READY", "start:b"),
        Arguments.of(
            "beside one that breaks the other stays whole",
            badBeside,
            "a:READY a:BACKOFF b:BACKOFF b:READY",
            ""),
        Arguments.of(
            "what was beside leaves at once when all is replaced",
            move,
            "a:READY a:READY b:READY b:READY",
            "drain:r1 drain:r0"),
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
    Wish wish = Wish.all(5, "a");
    assertThat(text(PLANNER.plan(wish, slots("a:READY"), 2, NOW))).isEqualTo("start:a start:a");
    assertThat(PLANNER.plan(wish, slots("a:READY"), 0, NOW)).isEmpty();

    Wish beside = new Wish(2, "b", new Division.Beside(false), Optional.of("a"), false);
    assertThat(text(PLANNER.plan(beside, slots("a:READY a:READY"), 1, NOW))).isEqualTo("start:b");
  }

  @Test
  void restartsWhenItsTimeHasCome() {
    Slot waiting = new Slot("r", "a", Phase.BACKOFF, NOW, NOW, NOW.plusSeconds(3));
    Wish wish = Wish.all(1, "a");
    assertThat(PLANNER.plan(wish, List.of(waiting), ROOMY, NOW)).isEmpty();
    assertThat(PLANNER.plan(wish, List.of(waiting), ROOMY, NOW.plusSeconds(3)))
        .containsExactly(new Action.Restart("r"));
  }

  @Test
  void aNewReplicaStandsForAnOldOneOnlyAfterTheSettleTime() {
    Wish wish = new Wish(1, "b", REPLACE, Optional.of("a"), false);
    Slot old = new Slot("old", "a", Phase.READY, NOW, NOW, NOW);
    Slot fresh = new Slot("new", "b", Phase.READY, NOW, NOW, NOW);
    assertThat(PLANNER.plan(wish, List.of(old, fresh), ROOMY, NOW)).isEmpty();
    assertThat(PLANNER.plan(wish, List.of(old, fresh), ROOMY, NOW.plusSeconds(1)))
        .containsExactly(new Action.Drain("old"));
  }
}
