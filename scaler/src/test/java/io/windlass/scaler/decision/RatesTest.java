package io.windlass.scaler.decision;

import static io.windlass.scaler.decision.Scene.TICK;
import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.policy.Rate;
import io.windlass.scaler.policy.Rate.Percent;
import io.windlass.scaler.policy.Rate.Replicas;
import io.windlass.scaler.policy.Scaling.ScaleIn;
import io.windlass.scaler.policy.Scaling.ScaleOut;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RatesTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @Test
  void shrinks_by_no_more_than_so_many_in_any_stretch() {
    Scene scene = Scene.cpu(1, 20, 6);
    scene.scaling =
        scene.scaling.with(new ScaleIn(Duration.ZERO, new Rate(new Replicas(1), MINUTE)));
    scene.settled();

    List<Integer> sizes = run(scene, 0.001, 16);

    assertThat(sizes).containsSubsequence(6, 5, 4, 3);
    assertThat(sizes.stream().filter(size -> size == 5).count())
        .as("a minute is four ticks")
        .isEqualTo(4);
    assertThat(sizes.stream().filter(size -> size == 4).count()).isEqualTo(4);
  }

  @Test
  void doubles_at_most_every_stretch_when_it_may_grow_by_a_hundred_percent() {
    Scene scene = Scene.cpu(1, 100, 2);
    scene.scaling =
        scene.scaling.with(new ScaleOut(new Rate(new Percent(100), Duration.ofSeconds(15))));

    assertThat(run(scene, 4.0, 4)).containsExactly(4, 8, 16, 32);
  }

  @Test
  void counts_what_came_within_the_stretch_from_the_size_at_its_beginning() {
    Scene scene = Scene.cpu(1, 100, 4);
    scene.scaling = scene.scaling.with(new ScaleOut(new Rate(new Percent(50), MINUTE)));

    assertThat(run(scene, 4.0, 5)).containsExactly(6, 6, 6, 6, 9);
  }

  @Test
  void says_which_rate_was_in_the_way() {
    Scene scene = Scene.cpu(1, 100, 2);
    scene.scaling =
        scene.scaling.with(new ScaleOut(new Rate(new Percent(100), Duration.ofSeconds(15))));

    assertThat(scene.cpu(3).decide().sentence()).endsWith("; but at most 100% every 15s may come.");
  }

  @ParameterizedTest
  @CsvSource({
    "1, 50, 1, 1",
    "3, 50, 2, 1",
    "10, 25, 3, 2",
    "10, 10, 1, 1",
    "0, 100, 1, 1",
    "2000000000, 10000, 2147483647, 2147483647"
  })
  void rounds_a_share_to_one_at_least(int base, int percent, int growth, int shrink) {
    Rate rate = new Rate(new Percent(percent), MINUTE);

    assertThat(rate.growthFrom(base)).isEqualTo(growth);
    assertThat(rate.shrinkFrom(base)).isEqualTo(shrink);
  }

  private static List<Integer> run(Scene scene, double share, int ticks) {
    List<Integer> sizes = new ArrayList<>();
    Instant end = scene.now.plus(TICK.multipliedBy(ticks));
    while (scene.now.isBefore(end)) {
      scene.cpu(share).step();
      sizes.add(scene.wanted);
      scene.pass(TICK);
    }
    return sizes;
  }
}
