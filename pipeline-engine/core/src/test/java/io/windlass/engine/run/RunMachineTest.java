package io.windlass.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Effect;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.notification.Links;
import io.windlass.engine.pipeline.ImageSpec;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.pipeline.Pipeline;
import io.windlass.engine.pipeline.PipelineReader;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ManifestRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.rollout.EnvironmentMachine;
import io.windlass.engine.run.RunPlan.PlannedStep;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunMachineTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private static final RunTrigger PUSH =
      new RunTrigger(
          RunTrigger.Kind.PUSH,
          "refs/heads/main",
          "a".repeat(40),
          "title",
          "ada",
          Optional.empty(),
          "delivery",
          NOW);

  private final RunMachine machine =
      new RunMachine(EnvironmentMachine.deployments(), new Links(Optional.empty()));
  private RunState state = machine.initial("acme/shop#1");
  private final List<RunEffect> effects = new ArrayList<>();
  private Optional<RunPlan.PlannedImage> image = Optional.empty();

  private void hear(RunEvent event) {
    Transition<RunState, RunEffect> transition = machine.on(state, event, NOW);
    state = transition.state();
    transition.effects().stream().map(Effect::effect).forEach(effects::add);
  }

  private static PlannedStep step(String name, int retries, boolean mayFail, String... needs) {
    return new PlannedStep(
        name,
        List.of("true"),
        List.of(needs),
        Map.of(),
        List.of(),
        Duration.ofMinutes(1),
        retries,
        mayFail,
        Optional.empty(),
        Optional.empty());
  }

  private void begin(PlannedStep... steps) {
    Map<String, PlannedStep> all = new LinkedHashMap<>();
    for (PlannedStep step : steps) {
      all.put(step.name(), step);
    }
    hear(new RunEvent.Begin(PUSH, new RunPlan(all, image, List.of())));
    hear(new RunEvent.CheckedOut(List.of()));
  }

  private void ends(String step, int attempt, StepResult result) {
    hear(new RunEvent.StepEnded(step, attempt, result));
  }

  private List<String> started() {
    return effects.stream()
        .filter(RunEffect.RunStep.class::isInstance)
        .map(RunEffect.RunStep.class::cast)
        .map(effect -> effect.step().name() + effect.attempt())
        .toList();
  }

  @Test
  void anImageIsBuiltOnceNothingWritesToTheWorkspaceAnyMore() {
    image = Optional.of(new RunPlan.PlannedImage(List.of("build"), anyImage()));
    begin(step("build", 0, false), step("lint", 0, true));

    ends("build", 1, MemoryExecutor.exited(0));
    assertThat(effects).noneMatch(RunEffect.BuildImage.class::isInstance);

    ends("lint", 1, MemoryExecutor.exited(1));
    assertThat(effects).filteredOn(RunEffect.BuildImage.class::isInstance).hasSize(1);
  }

  private static final ManifestRef MANIFESTS =
      new ManifestRef("sha256:" + "1".repeat(64), "plain files");

  /** A run whose image is built and that deploys to an environment with manifests of its own. */
  private void bringsManifests() {
    var process =
        new ProcessRuntime(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Duration.ZERO,
            List.of());
    var deployment =
        new RunPlan.PlannedDeployment(
            "production",
            "k8s",
            List.of(),
            new AppRuntime(
                Map.of(), List.of(), Map.of("web", process), List.of(), Optional.empty()),
            List.of(),
            Map.of(),
            Duration.ofMinutes(10),
            Optional.empty(),
            Optional.of(new ManifestSpec.Plain(List.of("deploy"))));
    image = Optional.of(new RunPlan.PlannedImage(List.of(), anyImage()));
    hear(new RunEvent.Begin(PUSH, new RunPlan(Map.of(), image, List.of(deployment))));
    hear(new RunEvent.CheckedOut(List.of()));
    String digest = "sha256:" + "2".repeat(64);
    hear(new RunEvent.ImageBuilt(new ImageRef("shop@" + digest, digest), 1));
  }

  @Test
  void manifestsAreRenderedOnceTheImageIsBuiltAndTheirReleaseNamesThem() {
    bringsManifests();
    assertThat(effects).filteredOn(RunEffect.Render.class::isInstance).hasSize(1);
    assertThat(effects).noneMatch(RunEffect.AskGrant.class::isInstance);

    Transition<RunState, RunEffect> granted =
        machine.on(
            state,
            new RunEvent.DeploymentGranted(
                "production", Optional.empty(), List.of(), Optional.of(MANIFESTS)),
            NOW);

    assertThat(granted.tells().toString()).contains(MANIFESTS.hash());
  }

  @ParameterizedTest
  @CsvSource({"false, FAILED", "true, ERRORED"})
  void aRunWhoseManifestsAreNotTakenEndsWithTheReason(boolean ours, RunOutcome outcome) {
    bringsManifests();

    hear(new RunEvent.ManifestsFailed("production", "Service a: spec.type is NodePort", ours));

    assertThat(state.outcome()).contains(outcome);
    assertThat(state.cause().orElseThrow()).contains("spec.type is NodePort");
  }

  private static ImageSpec anyImage() {
    String file =
        "image: { preset: java }\napp: { port: 8080 }\nenvironments: { production: { target: local, scale: { min: 1, max: 1 } } }\n";
    return PipelineReader.read("windlass.yaml", file.getBytes(StandardCharsets.UTF_8))
        .pipeline()
        .flatMap(Pipeline::image)
        .orElseThrow();
  }

  @ParameterizedTest(name = "{0} with {1} retries: {2} attempts, {3}")
  @CsvSource({
    "exit0, 2, 1, SUCCEEDED",
    "exit1, 2, 1, FAILED",
    "timeout, 2, 3, FAILED",
    "timeout, 0, 1, FAILED",
    "lost, 1, 2, ERRORED",
    "lost, 0, 1, ERRORED",
    "limit, 2, 1, FAILED",
    "refused, 2, 1, ERRORED",
    "unserved, 2, 1, FAILED",
    "cancelled, 2, 1, CANCELLED",
  })
  void onlyTimeoutsAndLostWorkersAreTriedAgain(
      String how, int retries, int attempts, RunOutcome outcome) {
    begin(step("a", retries, false));
    for (int attempt = 1; state.outcome().isEmpty(); attempt++) {
      ends("a", attempt, result(how));
    }

    assertThat(started()).hasSize(attempts);
    assertThat(state.outcome()).contains(outcome);
  }

  private static StepResult result(String how) {
    return switch (how) {
      case "exit0" -> MemoryExecutor.exited(0);
      case "exit1" -> MemoryExecutor.exited(1);
      case "timeout" -> new StepResult.TimedOut(NOW, NOW);
      case "lost" -> new StepResult.Lost("gone");
      case "limit" -> new StepResult.OverLimit("wrote too much", NOW, NOW);
      case "refused" -> new StepResult.Refused("no such program");
      case "unserved" -> new StepResult.Unserved("its service \"db\" ended with 3");
      case "cancelled" -> new StepResult.Cancelled();
      default -> throw new IllegalArgumentException(how);
    };
  }

  @Test
  void aStepStartsWhenAllThatItNeedsHasPassed() {
    begin(
        step("d", 0, false, "b", "c"),
        step("b", 0, false, "a"),
        step("c", 0, true, "a"),
        step("a", 0, false));
    assertThat(started()).containsExactly("a1");
    ends("a", 1, MemoryExecutor.exited(0));
    ends("b", 1, MemoryExecutor.exited(0));
    assertThat(started()).doesNotContain("d1");

    ends("c", 1, MemoryExecutor.exited(1));

    assertThat(started()).as("c may fail").endsWith("d1");
  }

  @Test
  void whatNeedsAFailedStepIsSkippedAllTheWayDown() {
    begin(step("c", 0, false, "b"), step("b", 0, false, "a"), step("a", 0, false));

    ends("a", 1, MemoryExecutor.exited(1));

    assertThat(state.steps().values())
        .extracting(StepState::status)
        .containsExactly(
            StepState.Status.SKIPPED, StepState.Status.SKIPPED, StepState.Status.FAILED);
    assertThat(state.cause()).contains("step \"a\" exited with 1");
  }

  @Test
  void cancelWaitsForWhatRunsAndStartsNothingMore() {
    begin(step("a", 1, false), step("b", 0, false, "a"));

    hear(new RunEvent.Cancel("ops"));
    assertThat(state.outcome()).isEmpty();
    assertThat(effects).last().isInstanceOf(RunEffect.CancelStep.class);
    ends("a", 1, new StepResult.TimedOut(NOW, NOW));

    assertThat(started()).containsExactly("a1");
    assertThat(state.outcome()).contains(RunOutcome.CANCELLED);
  }

  @Test
  void aNewerRunStopsChecks() {
    begin(step("a", 0, false));

    hear(new RunEvent.Superseded(2));
    ends("a", 1, new StepResult.Cancelled());

    assertThat(state.outcome()).contains(RunOutcome.SUPERSEDED);
  }

  @Test
  void aCommitThatHasVanishedIsSupersededAndNobodysError() {
    hear(
        new RunEvent.Begin(
            PUSH, new RunPlan(Map.of("a", step("a", 0, false)), Optional.empty(), List.of())));

    hear(new RunEvent.Vanished("pushed away"));

    assertThat(state.outcome()).contains(RunOutcome.SUPERSEDED);
  }

  @Test
  void anEndIsHeardOnceAndWhatComesLaterIsDropped() {
    begin(step("a", 0, false));
    ends("a", 1, MemoryExecutor.exited(0));
    RunState ended = state;
    int before = effects.size();

    ends("a", 1, MemoryExecutor.exited(1));
    hear(new RunEvent.Cancel("ops"));
    hear(new RunEvent.CheckedOut(List.of()));

    assertThat(state).isEqualTo(ended);
    assertThat(effects).hasSize(before);
  }
}
