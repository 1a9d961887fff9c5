package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class StepStageTest {
  private static final Instant BEGUN = Instant.parse("2026-03-01T10:00:00Z");
  private static final Instant NOW = BEGUN.plusSeconds(600);
  private static final Job JOB =
      new JobBuilder()
          .withNewMetadata()
          .withName("step")
          .endMetadata()
          .withNewStatus()
          .withStartTime(BEGUN.toString())
          .endStatus()
          .build();

  @Test
  void whatNoNodeTakesHasWaitedSinceItsBeginning() {
    var pod = pod();
    pod.editStatus()
        .addNewCondition()
        .withType("PodScheduled")
        .withStatus("False")
        .withMessage("Insufficient cpu")
        .withLastTransitionTime(BEGUN.plusSeconds(30).toString())
        .endCondition()
        .endStatus();

    assertThat(stage(pod))
        .isEqualTo(new StepStage.Waiting("no node takes it: Insufficient cpu", BEGUN));
  }

  @Test
  void aPodThatANodeHasTakenBeginsToWaitAnew() {
    assertThat(stage(scheduled(500))).isEqualTo(new StepStage.Waiting("", BEGUN.plusSeconds(500)));
  }

  @Test
  void aStepWhoseWorkspaceHasComeBeginsToWaitAnew() {
    var pod = scheduled(500);
    pod.editStatus()
        .addToInitContainerStatuses(
            new ContainerStatusBuilder()
                .withName(StepNames.RECEIVE)
                .withNewState()
                .withNewTerminated()
                .withExitCode(0)
                .withFinishedAt(BEGUN.plusSeconds(590).toString())
                .endTerminated()
                .endState()
                .build())
        .addToContainerStatuses(
            new ContainerStatusBuilder()
                .withName(StepNames.STEP)
                .withImage("node:22")
                .withNewState()
                .withNewWaiting()
                .withReason("ErrImagePull")
                .withMessage("i/o timeout")
                .endWaiting()
                .endState()
                .build())
        .endStatus();

    assertThat(stage(pod))
        .isEqualTo(
            new StepStage.Waiting(
                "the image \"node:22\" cannot be pulled: i/o timeout", BEGUN.plusSeconds(590)));
  }

  private static PodBuilder pod() {
    return new PodBuilder()
        .withNewMetadata()
        .withName("step-1")
        .endMetadata()
        .withNewStatus()
        .withPhase("Pending")
        .endStatus();
  }

  private static PodBuilder scheduled(long seconds) {
    return pod()
        .editStatus()
        .addNewCondition()
        .withType("PodScheduled")
        .withStatus("True")
        .withLastTransitionTime(BEGUN.plusSeconds(seconds).toString())
        .endCondition()
        .endStatus();
  }

  private static StepStage stage(PodBuilder pod) {
    return StepStage.of(JOB, Optional.of(pod.build()), List.of(), NOW);
  }
}
