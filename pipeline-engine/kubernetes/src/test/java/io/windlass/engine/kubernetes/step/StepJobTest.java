package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.run.StepContainer;
import io.windlass.engine.run.StepLimits;
import io.windlass.engine.run.StepTask;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class StepJobTest {
  private static final ExecutorSettings SETTINGS =
      ExecutorSettings.of("steps", "registry.test/image");

  @Test
  void aServerMayBeAwayForADayAfterAStepHasTakenAllOfItsTime() {
    assertThat(longest(Duration.ofMinutes(10)))
        .isGreaterThan(Duration.ofMinutes(10).plus(Duration.ofDays(1)));
  }

  @Test
  void theFilesOfALongStepAreAskedForAsLongAsItMayTake() {
    Duration timeout = Duration.ofDays(3);

    assertThat(longest(timeout)).isGreaterThan(timeout.multipliedBy(2));
  }

  private static Duration longest(Duration timeout) {
    var task =
        new StepTask(
            "acme.shop-1-0a1b2c3d-test-1",
            Path.of("workspace"),
            List.of(),
            List.of("true"),
            Map.of(),
            Map.of(),
            StepContainer.NONE,
            Path.of("log"),
            new StepLimits(timeout, 1 << 20, 0, 0));
    return Duration.ofSeconds(new StepJob(SETTINGS).job(task).getSpec().getActiveDeadlineSeconds());
  }
}
