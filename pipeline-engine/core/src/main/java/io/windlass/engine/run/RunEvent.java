package io.windlass.engine.run;

import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ManifestRef;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a run hears. */
public sealed interface RunEvent {
  record Begin(RunTrigger trigger, RunPlan plan) implements RunEvent {}

  /** The repository's file is wrong; nothing runs. */
  record BeginInvalid(RunTrigger trigger, List<String> problems) implements RunEvent {}

  /** The repository could not be read for longer than we try. */
  record BeginUnreadable(RunTrigger trigger, String reason) implements RunEvent {}

  /**
   * The workspace is there.
   *
   * @param readOnly directories outside it that steps may read
   */
  record CheckedOut(List<String> readOnly) implements RunEvent {}

  /** The commit is not there any more. */
  record Vanished(String reason) implements RunEvent {}

  /**
   * The workspace could not be made.
   *
   * @param ours whether it may be the world's doing, and not the commit's
   */
  record CheckoutFailed(String reason, boolean ours) implements RunEvent {}

  record StepEnded(String step, int attempt, StepResult result) implements RunEvent {}

  record ImageBuilt(ImageRef image, long bytes) implements RunEvent {}

  record ImageFailed(String reason, boolean ours) implements RunEvent {}

  /**
   * The operator's file allows the deployment.
   *
   * @param max the most replicas for each of its fleets
   * @param manifests as they were rendered; empty where the target makes them
   */
  record DeploymentGranted(
      String environment,
      Optional<Integer> max,
      List<String> hosts,
      Optional<ManifestRef> manifests)
      implements RunEvent {}

  record DeploymentRefused(String environment, String reason) implements RunEvent {}

  /**
   * What the commit brings could not be rendered, or is not taken.
   *
   * @param ours whether it may be the world's doing, and not the commit's
   */
  record ManifestsFailed(String environment, String reason, boolean ours) implements RunEvent {}

  /** From the environment: the deployment has come to another stage. */
  record DeploymentMoved(
      String environment,
      DeploymentStage stage,
      Optional<Long> release,
      String detail,
      List<String> lastLogLines)
      implements RunEvent {}

  /**
   * What the commit would change, were it deployed.
   *
   * @param lines by environment, in its text form
   */
  record Previewed(Map<String, String> lines) implements RunEvent {
    public Previewed {
      lines = Map.copyOf(lines);
    }
  }

  /** A person wants it to end now. A rollout that has begun is not cut in half. */
  record Cancel(String who) implements RunEvent {}

  /** A newer run of the same group has begun. Only checks are stopped by it. */
  record Superseded(long byRun) implements RunEvent {}
}
