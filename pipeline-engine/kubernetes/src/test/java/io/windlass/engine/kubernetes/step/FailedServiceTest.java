package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FailedServiceTest {
  private static final Instant STARTED = Instant.parse("2026-03-01T10:00:00Z");
  private static final int WITHIN = 30;

  @ParameterizedTest
  @CsvSource({"28, 143", "29, 0", "29, 143", "30, 137", "35, 137"})
  void whatANodeEndedWithItsLastProbeWasNotReady(int seconds, int code) {
    assertThat(words(seconds, code))
        .isEqualTo("its service \"db\" was not ready within 30s: its port 5432 was not open");
  }

  @ParameterizedTest
  @CsvSource({"3, 143", "27, 0", "29, 1"})
  void whatEndedByItselfIsSaidToHave(int seconds, int code) {
    assertThat(words(seconds, code)).isEqualTo("its service \"db\" ended with " + code);
  }

  private static String words(int seconds, int code) {
    return FailedService.of(pod(seconds, code)).getFirst().words();
  }

  private static Pod pod(int seconds, int code) {
    return new PodBuilder()
        .withNewSpec()
        .addNewInitContainer()
        .withName("service-db")
        .withNewStartupProbe()
        .withPeriodSeconds(1)
        .withFailureThreshold(WITHIN)
        .withNewTcpSocket()
        .withNewPort(5432)
        .endTcpSocket()
        .endStartupProbe()
        .endInitContainer()
        .endSpec()
        .withNewStatus()
        .addNewInitContainerStatus()
        .withName("service-db")
        .withStarted(false)
        .withNewState()
        .withNewTerminated()
        .withExitCode(code)
        .withReason("Error")
        .withStartedAt(STARTED.toString())
        .withFinishedAt(STARTED.plusSeconds(seconds).toString())
        .endTerminated()
        .endState()
        .endInitContainerStatus()
        .endStatus()
        .build();
  }
}
