package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.windlass.engine.run.StepResult;
import java.time.Instant;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

final class StepRecordTest {
  private static final Instant STARTED = Instant.parse("2026-03-01T10:00:00Z");
  private static final Instant ENDED = STARTED.plusSeconds(7);

  @ParameterizedTest
  @MethodSource
  void aJobRemembersHowAnAttemptEnded(StepResult result) {
    assertThat(StepRecord.of(job(StepNames.RESULT, StepRecord.write(result)))).contains(result);
  }

  static Stream<StepResult> aJobRemembersHowAnAttemptEnded() {
    return Stream.of(
        new StepResult.Exited(3, STARTED, ENDED),
        new StepResult.TimedOut(STARTED, ENDED),
        new StepResult.OverLimit("memory", STARTED, ENDED),
        new StepResult.Lost("its pod is gone"),
        new StepResult.Refused("no such image"),
        new StepResult.Unserved("its service \"db\" ended with 3"),
        new StepResult.Cancelled());
  }

  @Test
  void aJobThatSaysWhenItWasCancelledWas() {
    assertThat(StepRecord.of(job(StepNames.CANCELLED, ENDED.toString())))
        .contains(new StepResult.Cancelled());
  }

  @Test
  void aJobThatSaysNothingHasNotEnded() {
    assertThat(StepRecord.of(job("other", ""))).isEmpty();
  }

  private static Job job(String annotation, String value) {
    return new JobBuilder()
        .withNewMetadata()
        .addToAnnotations(annotation, value)
        .endMetadata()
        .build();
  }
}
