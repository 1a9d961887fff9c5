package io.windlass.engine.kubernetes.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.kubernetes.environment.Wish.Before;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.rollout.Division;
import io.windlass.scaler.fleet.Share;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class WishTest {
  private static final Division REPLACE = new Division.Replace();
  private static final Division PART = new Division.Part(Share.percent(10));
  private static final Map<String, Integer> SIZES = Map.of("web", 3);
  private static final Wish SERVES =
      Wish.first(1, Map.of("web", 2)).published(1).concluded(Set.of("web"));

  @Test
  void a_first_release_has_nothing_to_be_divided_with() {
    Wish first = Wish.NOTHING.sized("web", 2).shifted(1, PART, Map.of());

    assertThat(first).isEqualTo(Wish.first(1, Map.of("web", 2)));
  }

  @Test
  void a_rolling_release_comes_into_the_slot_that_serves_and_leaves_its_size_alone() {
    Wish rolling = SERVES.shifted(2, REPLACE, SIZES);

    assertThat(rolling.slot()).isEqualTo(Slot.BLUE);
    assertThat(rolling.divided()).isFalse();
    assertThat(rolling.totals()).isEmpty();
  }

  @Test
  void a_canary_comes_into_the_other_slot_and_the_totals_are_kept_meanwhile() {
    Wish canary = SERVES.shifted(2, PART, SIZES);

    assertThat(canary.slot()).isEqualTo(Slot.GREEN);
    assertThat(canary.before()).contains(new Before(1, Slot.BLUE, true));
    assertThat(canary.totals()).isEqualTo(SIZES);
  }

  @Test
  void a_canary_that_has_won_stays_where_it_is() {
    Wish won = SERVES.shifted(2, PART, SIZES).shifted(2, REPLACE, SIZES).concluded(Set.of("web"));

    assertThat(won.slot()).isEqualTo(Slot.GREEN);
    assertThat(won.shifted(3, REPLACE, SIZES).slot()).isEqualTo(Slot.GREEN);
    assertThat(won.shifted(3, PART, SIZES).slot()).isEqualTo(Slot.BLUE);
  }

  @Test
  void going_back_finds_the_release_before_where_it_is() {
    Wish back = SERVES.shifted(2, PART, SIZES).shifted(1, REPLACE, SIZES);

    assertThat(back.slot()).isEqualTo(Slot.BLUE);
    assertThat(back.before()).contains(new Before(2, Slot.GREEN, false));
    assertThat(SERVES.shifted(2, REPLACE, SIZES).shifted(1, REPLACE, SIZES).slot())
        .isEqualTo(Slot.BLUE);
  }

  @Test
  void what_was_replaced_can_be_gone_back_to_until_it_is_retired() {
    Wish trial = SERVES.shifted(2, REPLACE, SIZES).concluded(Set.of("web"));

    assertThat(trial.replaced()).contains(1L);
    assertThat(trial.shifted(1, REPLACE, SIZES).before()).contains(new Before(2, Slot.BLUE, false));
    assertThat(trial.shifted(3, REPLACE, SIZES).before()).contains(new Before(2, Slot.BLUE, true));
    assertThat(trial.retired(7)).isEqualTo(trial);
    assertThat(trial.retired(1).shifted(1, REPLACE, SIZES).before())
        .contains(new Before(2, Slot.BLUE, true));
    assertThat(trial.shifted(1, REPLACE, SIZES).concluded(Set.of("web")).replaced()).isEmpty();
  }

  @Test
  void what_was_reached_counts_for_one_division_while_the_release_is_on_trial() {
    Map<String, Integer> one = Map.of("web", 1);
    Wish held = SERVES.shifted(2, PART, SIZES).reached(one);

    assertThat(held.sized("web", 9).published(2).shifted(2, PART, SIZES).reached()).isEqualTo(one);
    assertThat(held.shifted(2, REPLACE, SIZES).reached()).isEmpty();
    assertThat(held.shifted(1, REPLACE, SIZES).reached()).isEmpty();
    Wish trial = held.shifted(2, REPLACE, SIZES).concluded(SIZES.keySet()).reached(SIZES);
    assertThat(trial.retired(7).reached()).isEqualTo(SIZES);
    assertThat(trial.retired(1).reached()).isEmpty();
  }

  @Test
  void a_third_release_takes_the_place_of_the_one_that_has_not_proved_itself() {
    Wish third = SERVES.shifted(2, PART, SIZES).shifted(3, REPLACE, SIZES);

    assertThat(third.slot()).isEqualTo(Slot.GREEN);
    assertThat(third.before()).contains(new Before(1, Slot.BLUE, true));
  }

  @Test
  void after_a_return_a_third_one_takes_the_place_of_what_is_left_of_the_bad_one() {
    Wish back = SERVES.shifted(2, PART, SIZES).shifted(1, REPLACE, SIZES);

    Wish third = back.shifted(3, PART, SIZES);

    assertThat(third.slot()).isEqualTo(Slot.GREEN);
    assertThat(third.before()).contains(new Before(1, Slot.BLUE, true));
    assertThat(third.division()).isEqualTo(PART);
    assertThat(third.totals()).isEqualTo(back.totals());
    assertThat(third.concluded(Set.of("web")).replaced()).contains(1L);
  }

  @Test
  void after_a_return_in_one_slot_a_third_one_replaces_and_nothing_stands_beside() {
    Wish back = SERVES.shifted(2, REPLACE, SIZES).shifted(1, REPLACE, SIZES);

    assertThat(back.shifted(3, REPLACE, SIZES).before()).contains(new Before(1, Slot.BLUE, true));
    assertThat(back.objection(3, REPLACE)).isEmpty();
    assertThat(back.objection(2, PART)).isEmpty();
    assertThat(back.objection(3, PART))
        .hasValueSatisfying(why -> assertThat(why).contains("deploy with strategy rolling"));
  }

  @Test
  void what_is_said_of_a_process_that_comes_later_waits_for_it() {
    Wish ahead = SERVES.sized("worker", 3);

    assertThat(ahead.concluded(Set.of("web"))).isEqualTo(ahead);
    assertThat(ahead.concluded(Set.of("web", "worker")).totals()).isEmpty();
    assertThat(ahead.shifted(2, PART, SIZES).concluded(Set.of("web")).totals()).isEmpty();
  }

  @Test
  void asking_again_changes_nothing() {
    Wish canary = SERVES.shifted(2, PART, SIZES);

    assertThat(canary.shifted(2, PART, Map.of("web", 9))).isEqualTo(canary);
    assertThat(SERVES.shifted(1, REPLACE, SIZES)).isEqualTo(SERVES);
  }

  static Stream<Wish> kept() {
    return Stream.of(
        Wish.NOTHING.sized("web", 4),
        SERVES,
        SERVES.shifted(2, PART, SIZES),
        SERVES.shifted(2, PART, SIZES).concluded(Set.of("web")),
        SERVES.shifted(2, PART, SIZES).reached(SIZES),
        SERVES.shifted(2, new Division.Beside(false), SIZES),
        SERVES.shifted(2, new Division.Beside(true), SIZES).shifted(1, REPLACE, SIZES),
        new Wish(
            7,
            Slot.GREEN,
            Optional.of(new Before(6, Slot.GREEN, true)),
            REPLACE,
            Optional.empty(),
            Map.of()));
  }

  @ParameterizedTest
  @MethodSource("kept")
  void is_the_same_when_it_was_kept_in_the_cluster(Wish wish) {
    assertThat(WishStore.wish(WishStore.data(wish))).isEqualTo(wish);
  }
}
