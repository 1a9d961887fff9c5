package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.kubernetes.environment.Wish;
import io.windlass.engine.kubernetes.environment.Wish.Before;
import io.windlass.engine.kubernetes.rollout.Requests.Next;
import io.windlass.engine.kubernetes.rollout.Seen.Workload;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.rollout.Division;
import io.windlass.scaler.fleet.Share;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Release 1 is in the blue slot, release 2 is to come; four replicas in all. */
final class StepsTest {
  private static final int TOTAL = 4;
  private static final Division REPLACE = new Division.Replace();
  private static final Division HALF = new Division.Part(Share.percent(50));
  private static final Set<Slot> BLUE = EnumSet.of(Slot.BLUE);
  private static final Set<Slot> GREEN = EnumSet.of(Slot.GREEN);
  private static final Set<Slot> BOTH = EnumSet.allOf(Slot.class);

  private static Workload whole(long release, int size) {
    return new Workload(release, size, size, size, size);
  }

  private static Workload starting(long release, int size, int ready) {
    return new Workload(release, size, size, ready, ready);
  }

  private static Wish divided(Division division) {
    return new Wish(
        2,
        Slot.GREEN,
        Optional.of(new Before(1, Slot.BLUE, true)),
        division,
        Optional.of(division instanceof Division.Replace ? 2L : 1L),
        Map.of("web", TOTAL));
  }

  private static Wish returning() {
    return new Wish(
        1,
        Slot.BLUE,
        Optional.of(new Before(2, Slot.GREEN, false)),
        REPLACE,
        Optional.of(1L),
        Map.of("web", TOTAL));
  }

  private static Wish inPlace() {
    return new Wish(
        2,
        Slot.BLUE,
        Optional.of(new Before(1, Slot.BLUE, true)),
        REPLACE,
        Optional.of(2L),
        Map.of());
  }

  private static Seen seen(Workload blue, Workload green, Requests requests) {
    return new Seen(
        Map.of(Slot.BLUE, blue, Slot.GREEN, green),
        Optional.of(requests),
        requests.next().isPresent());
  }

  private static Seen alone(Workload blue) {
    return new Seen(Map.of(Slot.BLUE, blue), Optional.of(to(BLUE, blue.ready(), 0)), false);
  }

  private static Requests to(Set<Slot> slots, int blue, int green) {
    return new Requests(slots, Map.of(Slot.BLUE, blue, Slot.GREEN, green), Optional.empty());
  }

  private static Requests weighed(Set<Slot> slots, int blue, int green, Next next) {
    return new Requests(slots, Map.of(Slot.BLUE, blue, Slot.GREEN, green), Optional.of(next));
  }

  private static List<Action> next(Wish wish, Seen seen) {
    return Steps.next(new Observed(wish, Map.of("web", true), Map.of("web", seen)));
  }

  static Stream<Arguments> decisions() {
    return Stream.of(
        Arguments.of(
            "a rolling release replaces the template where it is",
            inPlace(),
            alone(whole(1, TOTAL)),
            List.of(new Action.Apply("web", Slot.BLUE, 2, TOTAL))),
        Arguments.of(
            "a rolling release that is under way is left to the cluster",
            inPlace(),
            alone(new Workload(2, TOTAL, 5, 4, 2)),
            List.of()),
        Arguments.of(
            "a rolling release that has arrived is written down",
            inPlace(),
            alone(whole(2, TOTAL)),
            List.of(new Action.Prune(2), new Action.Conclude())),
        Arguments.of(
            "a first release that has arrived leaves nothing to take away",
            Wish.first(2, Map.of("web", TOTAL)).published(2),
            alone(whole(2, TOTAL)),
            List.of(new Action.Conclude())),
        Arguments.of(
            "what is said of a process that comes later waits for it",
            Wish.first(2, Map.of("worker", 1)).published(2),
            alone(whole(2, TOTAL)),
            List.of()),
        Arguments.of(
            "a canary is made with no more than the surge, and no old replica goes for it",
            divided(HALF),
            alone(whole(1, TOTAL)),
            List.of(new Action.Select("web", BOTH), new Action.Apply("web", Slot.GREEN, 2, 1))),
        Arguments.of(
            "an old replica goes for a ready new one, and the next new one comes",
            divided(HALF),
            seen(whole(1, TOTAL), whole(2, 1), to(BOTH, 4, 1)),
            List.of(new Action.Size("web", Slot.BLUE, 3))),
        Arguments.of(
            "a new replica that is not ready costs no old one",
            divided(HALF),
            seen(whole(1, TOTAL), starting(2, 1, 0), to(BOTH, 4, 0)),
            List.of()),
        Arguments.of(
            "an old one comes back for a new one that was lost",
            divided(HALF),
            seen(whole(1, 3), starting(2, 2, 0), to(BOTH, 3, 0)),
            List.of(new Action.Size("web", Slot.BLUE, 4))),
        Arguments.of(
            "what a canary has come to is written down",
            divided(HALF).reached(Map.of("web", 1)),
            seen(whole(1, 2), whole(2, 2), to(BOTH, 2, 2)),
            List.of(new Action.Reach(Map.of("web", 2)))),
        Arguments.of(
            "and written down once",
            divided(HALF).reached(Map.of("web", 2)),
            seen(whole(1, 2), whole(2, 2), to(BOTH, 2, 2)),
            List.of()),
        Arguments.of(
            "so is what has all of the fleet and may still be gone back from",
            inPlace().concluded(Set.of("web")),
            alone(whole(2, TOTAL)),
            List.of(new Action.Reach(Map.of("web", TOTAL)))),
        Arguments.of(
            "of what serves for good nothing is written down",
            inPlace().concluded(Set.of("web")).retired(1),
            alone(whole(2, TOTAL)),
            List.of()),
        Arguments.of(
            "blue-green makes all at once and sends no request there",
            divided(new Division.Beside(false)),
            alone(whole(1, TOTAL)),
            List.of(new Action.Apply("web", Slot.GREEN, 2, TOTAL))),
        Arguments.of(
            "blue-green switches when all are ready",
            divided(new Division.Beside(true)),
            seen(whole(1, TOTAL), whole(2, TOTAL), to(BLUE, 4, 0)),
            List.of(new Action.Select("web", GREEN))),
        Arguments.of(
            "blue-green does not switch to some",
            divided(new Division.Beside(true)),
            seen(whole(1, TOTAL), starting(2, TOTAL, 3), to(BLUE, 4, 0)),
            List.of()),
        Arguments.of(
            "blue-green goes back when the new ones are all gone",
            divided(new Division.Beside(true)),
            seen(whole(1, TOTAL), starting(2, TOTAL, 0), to(GREEN, 0, 0)),
            List.of(new Action.Select("web", BLUE))),
        Arguments.of(
            "requests follow the replicas while a canary takes its place",
            divided(REPLACE),
            seen(whole(1, 2), whole(2, 2), weighed(BLUE, 2, 0, new Next(Slot.GREEN, 50, 2))),
            List.of(new Action.Size("web", Slot.GREEN, 3))),
        Arguments.of(
            "the last old replicas stay until no request goes to them",
            divided(REPLACE),
            seen(whole(1, 1), whole(2, TOTAL), to(BOTH, 1, 4)),
            List.of(new Action.Select("web", GREEN))),
        Arguments.of(
            "requests leave a release at once that is no good",
            returning(),
            seen(whole(1, 2), whole(2, 2), weighed(BLUE, 2, 0, new Next(Slot.GREEN, 50, 2))),
            List.of(new Action.Weigh("web", 0), new Action.Size("web", Slot.BLUE, 3))),
        Arguments.of(
            "a release that is no good serves until the one before can",
            returning(),
            seen(starting(1, TOTAL, 0), whole(2, TOTAL), to(GREEN, 0, 4)),
            List.of()));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("decisions")
  void decides(String what, Wish wish, Seen seen, List<Action> wanted) {
    assertThat(next(wish, seen)).isEqualTo(wanted);
  }

  @Test
  void a_weighed_canary_ends_without_a_moment_in_which_a_service_has_no_endpoints() {
    Workload blue = whole(1, 1);
    Workload green = whole(2, TOTAL);
    Wish wish = divided(REPLACE);

    assertThat(next(wish, seen(blue, green, weighed(BLUE, 1, 0, new Next(Slot.GREEN, 50, 4)))))
        .containsExactly(new Action.Weigh("web", 100));
    assertThat(next(wish, seen(blue, green, weighed(BLUE, 1, 0, new Next(Slot.GREEN, 100, 4)))))
        .containsExactly(new Action.Select("web", GREEN));
    assertThat(next(wish, seen(blue, green, weighed(GREEN, 1, 0, new Next(Slot.GREEN, 100, 4)))))
        .isEmpty();
    assertThat(next(wish, seen(blue, green, weighed(GREEN, 0, 4, new Next(Slot.GREEN, 100, 4)))))
        .containsExactly(new Action.Weigh("web", 0));
    assertThat(next(wish, seen(blue, green, weighed(GREEN, 0, 4, new Next(Slot.GREEN, 0, 4)))))
        .containsExactly(new Action.Close("web"));
    assertThat(next(wish, seen(blue, green, to(GREEN, 0, 4))))
        .containsExactly(new Action.Size("web", Slot.BLUE, 0));
    assertThat(next(wish, seen(new Workload(1, 0, 1, 0, 0), green, to(GREEN, 0, 4)))).isEmpty();
    assertThat(next(wish, seen(new Workload(1, 0, 0, 0, 0), green, to(GREEN, 0, 4))))
        .containsExactly(new Action.Delete("web", Slot.BLUE));
  }

  @Test
  void nothing_is_done_before_somebody_has_said_how_many() {
    assertThat(
            next(
                Wish.first(1, Map.of()).published(1),
                new Seen(Map.of(), Optional.of(to(BLUE, 0, 0)), false)))
        .isEmpty();
  }

  @Test
  void what_runs_of_a_process_is_all_of_it_where_no_total_was_kept() {
    Seen web = seen(whole(1, TOTAL), whole(2, 2), to(BLUE, TOTAL, 0));
    Observed back =
        new Observed(
            returning(),
            Map.of("web", true, "ledger", false),
            Map.of(
                "web",
                web,
                "ledger",
                new Seen(Map.of(Slot.BLUE, whole(1, 1)), Optional.empty(), false)));

    assertThat(back.total("ledger")).contains(1);
    assertThat(Steps.next(back)).containsExactly(new Action.Size("web", Slot.GREEN, 0));
  }

  @Test
  void a_process_that_is_no_more_goes_when_all_others_have_arrived() {
    Observed under =
        new Observed(
            inPlace(),
            Map.of("web", true),
            Map.of("web", alone(new Workload(2, TOTAL, 5, 4, 2)), "worker", alone(whole(1, 2))));
    Observed arrived =
        new Observed(
            inPlace(),
            Map.of("web", true),
            Map.of("web", alone(whole(2, TOTAL)), "worker", alone(whole(1, 2))));

    assertThat(Steps.next(under)).isEmpty();
    assertThat(Steps.next(arrived)).containsExactly(new Action.Size("worker", Slot.BLUE, 0));
  }

  @Test
  void objects_of_a_release_come_before_its_replicas_and_again_when_they_are_lost() {
    Wish wish =
        new Wish(
            2,
            Slot.BLUE,
            Optional.of(new Before(1, Slot.BLUE, true)),
            REPLACE,
            Optional.of(1L),
            Map.of());

    assertThat(next(wish, alone(whole(1, TOTAL))))
        .containsExactly(new Action.Publish(2), new Action.Apply("web", Slot.BLUE, 2, TOTAL));
    assertThat(
            next(inPlace(), new Seen(Map.of(Slot.BLUE, whole(2, TOTAL)), Optional.empty(), false)))
        .containsExactly(new Action.Publish(2));
  }
}
