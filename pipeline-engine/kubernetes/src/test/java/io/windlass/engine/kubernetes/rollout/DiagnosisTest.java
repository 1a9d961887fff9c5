package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.apps.ReplicaSet;
import io.fabric8.kubernetes.api.model.apps.ReplicaSetBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.apps.StatefulSetBuilder;
import io.windlass.engine.kubernetes.apply.Ownership;
import io.windlass.engine.kubernetes.workload.Labels;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A real cluster's words are tried in {@link FailuresTest}; here are the times and the corners. */
final class DiagnosisTest {
  private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

  private static Finding look(Pod pod, Event... events) {
    return Diagnosis.of(
        List.of(pod),
        List.of(),
        Map.of(pod.getMetadata().getName(), List.of(events)),
        Patience.STANDARD,
        NOW);
  }

  private static Pod pod(Duration ago, ContainerStatusBuilder container, PodCondition... more) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("web-1")
        .addToLabels(Labels.COMPONENT, "web")
        .endMetadata()
        .withNewSpec()
        .addNewContainer()
        .withName("web")
        .withNewResources()
        .addToLimits("memory", new Quantity("512Mi"))
        .endResources()
        .withNewStartupProbe()
        .withPeriodSeconds(5)
        .withFailureThreshold(18)
        .endStartupProbe()
        .endContainer()
        .endSpec()
        .withNewStatus()
        .withPhase("Pending")
        .withStartTime(NOW.minus(ago).toString())
        .withContainerStatuses(
            container.withName("web").withImage("ghcr.io/acme/shop@sha256:1").build())
        .withConditions(more)
        .endStatus()
        .build();
  }

  private static ContainerStatusBuilder waiting(String reason, String message, int restarts) {
    return new ContainerStatusBuilder()
        .withRestartCount(restarts)
        .withReady(false)
        .withNewState()
        .withNewWaiting(message, reason)
        .endState();
  }

  private static ContainerStatusBuilder running(Duration ago, int restarts) {
    return new ContainerStatusBuilder()
        .withRestartCount(restarts)
        .withReady(false)
        .withStarted(true)
        .withNewState()
        .withNewRunning(NOW.minus(ago).toString())
        .endState();
  }

  private static PodCondition condition(String type, String status, Duration ago, String message) {
    return new PodConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withLastTransitionTime(NOW.minus(ago).toString())
        .withMessage(message)
        .build();
  }

  private static Event unhealthy(String message) {
    return new EventBuilder()
        .withReason("Unhealthy")
        .withMessage(message)
        .withLastTimestamp(NOW.toString())
        .build();
  }

  static Stream<Arguments> pulls() {
    return Stream.of(
        Arguments.of("ErrImagePull", "manifest unknown", 1, true),
        Arguments.of("ImagePullBackOff", "Back-off pulling image: denied", 1, true),
        Arguments.of("ImagePullBackOff", "403 Forbidden", 1, true),
        Arguments.of("InvalidImageName", "", 1, true),
        Arguments.of("ErrImagePull", "dial tcp: i/o timeout", 119, false),
        Arguments.of("ErrImagePull", "dial tcp: i/o timeout", 120, true));
  }

  @ParameterizedTest
  @MethodSource("pulls")
  void a_registry_that_says_no_is_believed_and_another_one_gets_time(
      String reason, String message, int seconds, boolean broken) {
    Finding finding = look(pod(Duration.ofSeconds(seconds), waiting(reason, message, 0)));

    assertThat(finding)
        .isInstanceOf(broken ? Finding.Broken.class : Finding.Obstacle.class)
        .asString()
        .containsIgnoringCase("the image ghcr.io/acme/shop@sha256:1 of \"web\" cannot be pulled");
  }

  static Stream<Arguments> configurations() {
    String slow = "failed to sync secret cache: timed out waiting for the condition";
    return Stream.of(
        Arguments.of("secret \"shop-r2\" not found", 0, true),
        Arguments.of("couldn't find key TOKEN in ConfigMap shop/settings", 0, true),
        Arguments.of(slow, 119, false),
        Arguments.of(slow, 120, true));
  }

  @ParameterizedTest
  @MethodSource("configurations")
  void a_node_that_has_not_read_yet_what_is_there_gets_time(
      String message, int seconds, boolean broken) {
    Finding finding =
        look(
            pod(
                Duration.ofDays(20),
                waiting("CreateContainerConfigError", message, 0),
                condition("Ready", "False", Duration.ofSeconds(seconds), "")));

    assertThat(finding)
        .isInstanceOf(broken ? Finding.Broken.class : Finding.Obstacle.class)
        .asString()
        .containsIgnoringCase("replicas of \"web\" cannot be made: " + message);
  }

  @Test
  void a_program_that_ended_once_or_twice_may_come_up_yet() {
    assertThat(look(pod(Duration.ofSeconds(9), waiting("CrashLoopBackOff", "back-off", 1))))
        .isInstanceOf(Finding.Well.class);
    assertThat(look(pod(Duration.ofSeconds(9), waiting("CrashLoopBackOff", "back-off", 2))))
        .isInstanceOf(Finding.Broken.class);
  }

  @Test
  void one_that_runs_again_is_not_said_to_crash() {
    assertThat(look(pod(Duration.ofHours(1), running(Duration.ofSeconds(5), 7))))
        .isInstanceOf(Finding.Well.class);
  }

  @Test
  void too_little_memory_is_told_as_such() {
    var killed =
        waiting("CrashLoopBackOff", "back-off", 3)
            .withNewLastState()
            .withNewTerminated()
            .withExitCode(137)
            .withReason("OOMKilled")
            .endTerminated()
            .endLastState();

    assertThat(look(pod(Duration.ofMinutes(1), killed)))
        .isInstanceOfSatisfying(
            Finding.Broken.class,
            broken ->
                assertThat(broken.cause())
                    .contains("more memory than their limit of 512Mi")
                    .endsWith("4 times in a row"));
  }

  @Test
  void a_secret_that_is_not_there_is_told_at_once() {
    assertThat(
            look(
                pod(
                    Duration.ofSeconds(1),
                    waiting("CreateContainerConfigError", "secret \"shop-r2\" not found", 0))))
        .isInstanceOfSatisfying(
            Finding.Broken.class,
            broken ->
                assertThat(broken.cause())
                    .isEqualTo("Replicas of \"web\" cannot be made: secret \"shop-r2\" not found"));
  }

  @Test
  void a_startup_probe_that_ended_it_is_told_with_its_answer_and_the_time() {
    assertThat(
            look(
                pod(Duration.ofMinutes(2), running(Duration.ofSeconds(1), 1)),
                unhealthy("Startup probe failed: connection refused")))
        .isInstanceOfSatisfying(
            Finding.Broken.class,
            broken ->
                assertThat(broken.cause())
                    .isEqualTo(
                        "Replicas of \"web\" were not ready within the 90s that they have to"
                            + " start: connection refused"));
  }

  @Test
  void one_that_was_ready_gets_a_minute() {
    Event event = unhealthy("Readiness probe failed: HTTP probe failed with statuscode: 500");
    Pod short_ =
        pod(
            Duration.ofHours(1),
            running(Duration.ofHours(1), 0),
            condition("Ready", "False", Duration.ofSeconds(59), ""));
    Pod long_ =
        pod(
            Duration.ofHours(1),
            running(Duration.ofHours(1), 0),
            condition("Ready", "False", Duration.ofSeconds(60), ""));

    assertThat(look(short_, event)).isInstanceOf(Finding.Well.class);
    assertThat(look(long_, event))
        .isInstanceOfSatisfying(
            Finding.Broken.class,
            broken ->
                assertThat(broken.cause())
                    .isEqualTo(
                        "Replicas of \"web\" run and have not been ready for 1m: HTTP probe failed"
                            + " with statuscode: 500"));
  }

  static Stream<Arguments> refusals() {
    String quota = "pods \"web-1\" is forbidden: exceeded quota: small";
    return Stream.of(
        Arguments.of(quota, 299, Finding.Obstacle.class),
        Arguments.of(quota, 300, Finding.Broken.class),
        Arguments.of("failed calling webhook \"x\"", 299, Finding.Obstacle.class),
        Arguments.of("admission webhook \"x\" denied the request", 1, Finding.Broken.class),
        Arguments.of("violates PodSecurity \"restricted:latest\"", 1, Finding.Broken.class));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void pods_that_are_not_made_are_told_by_their_replica_set(
      String message, int seconds, Class<? extends Finding> wanted) {
    ReplicaSet set =
        new ReplicaSetBuilder()
            .withNewMetadata()
            .withName("web-1")
            .addToLabels(Labels.COMPONENT, "web")
            .endMetadata()
            .withNewStatus()
            .addNewCondition()
            .withType("ReplicaFailure")
            .withStatus("True")
            .withReason("FailedCreate")
            .withMessage(message)
            .withLastTransitionTime(NOW.minusSeconds(seconds).toString())
            .endCondition()
            .endStatus()
            .build();

    assertThat(Diagnosis.of(List.of(), List.of(set), Map.of(), Patience.STANDARD, NOW))
        .isInstanceOf(wanted)
        .asString()
        .contains(message);
  }

  static Stream<Arguments> troubles() {
    return Stream.of(
        Arguments.of("goes on for as long as it may", 3600, 3000, 300, Finding.Broken.class),
        Arguments.of("began long after the release came", 3600, 3000, 299, Finding.Obstacle.class),
        Arguments.of("was there before the last pod, too", 3600, 299, 3000, Finding.Obstacle.class),
        Arguments.of("was over before the release came", -1, 3000, 3000, Finding.Well.class),
        Arguments.of("was over before the last pod came", 3600, -1, 3000, Finding.Well.class));
  }

  /** Times are how many seconds ago; the trouble was told last now. */
  @ParameterizedTest(name = "it {0}")
  @MethodSource("troubles")
  void pods_that_a_stateful_set_cannot_make_get_the_time_since_they_could_not_be_made(
      String what, int applied, int lastPod, int first, Class<? extends Finding> wanted) {
    StatefulSet set =
        new StatefulSetBuilder()
            .withNewMetadata()
            .withName("ledger")
            .addToLabels(Labels.COMPONENT, "ledger")
            .addNewManagedField()
            .withManager(Ownership.ENGINE)
            .withTime(NOW.minusSeconds(applied).toString())
            .endManagedField()
            .endMetadata()
            .build();
    Event failed = event("FailedCreate", "exceeded quota: small", first, 0);
    Event made = event("SuccessfulCreate", "create Pod ledger-0 successful", 3600, lastPod);

    assertThat(
            Diagnosis.of(
                List.of(),
                List.of(set),
                Map.of("ledger", List.of(made, failed)),
                Patience.STANDARD,
                NOW))
        .isInstanceOf(wanted);
  }

  private static Event event(String reason, String message, int first, int last) {
    return new EventBuilder()
        .withReason(reason)
        .withMessage(message)
        .withFirstTimestamp(NOW.minusSeconds(first).toString())
        .withLastTimestamp(NOW.minusSeconds(last).toString())
        .build();
  }

  @Test
  void what_is_broken_is_told_before_what_only_waits() {
    Pod waits =
        pod(
            Duration.ofSeconds(1),
            waiting("ContainerCreating", "", 0),
            condition("PodScheduled", "False", Duration.ofSeconds(1), "0/3 nodes are available"));
    Pod broken = pod(Duration.ofSeconds(1), waiting("InvalidImageName", "", 0));

    assertThat(Diagnosis.of(List.of(waits, broken), List.of(), Map.of(), Patience.STANDARD, NOW))
        .isInstanceOf(Finding.Broken.class);
    assertThat(look(waits))
        .isEqualTo(
            new Finding.Obstacle("no node takes a replica of \"web\": 0/3 nodes are available"));
  }
}
