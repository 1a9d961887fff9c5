package io.windlass.engine.run;

import io.windlass.engine.pipeline.Strategy;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ManifestRef;
import io.windlass.scaler.policy.Scaling;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * What a run asks of an environment once all that the environment waits for has passed.
 *
 * @param title the commit's first line, for people
 * @param images one for each process
 * @param runtime without secrets; these are pinned when the release is made
 * @param secrets the names to pin
 * @param scaling for each process that has one
 * @param max the operator's limit of replicas for each fleet
 * @param deadline how long the move may take, the time that it waits for people left out
 * @param strategy how it moves; empty where it was stored by a version that knew rolling only
 */
public record DeploymentRequest(
    EnvironmentId environment,
    RunId run,
    String sha,
    String title,
    Map<String, ImageRef> images,
    AppRuntime runtime,
    List<String> secrets,
    Map<String, Scaling> scaling,
    Optional<Integer> max,
    Duration deadline,
    Optional<Strategy> strategy) {
  public DeploymentRequest {
    images = Map.copyOf(images);
    secrets = List.copyOf(secrets);
    scaling = Map.copyOf(scaling);
  }

  /**
   * What a run asks for.
   *
   * @param image which all its processes run
   * @param max what the operator grants, with the hosts
   * @param manifests as rendered; empty where the target makes them
   */
  static DeploymentRequest of(
      RunId run,
      RunTrigger trigger,
      RunPlan.PlannedDeployment planned,
      ImageRef image,
      Optional<Integer> max,
      List<String> hosts,
      Optional<ManifestRef> manifests) {
    Map<String, ImageRef> images =
        planned.runtime().processes().keySet().stream()
            .collect(Collectors.toMap(process -> process, _ -> image));
    return new DeploymentRequest(
        new EnvironmentId(run.repository(), planned.environment()),
        run,
        trigger.sha(),
        trigger.title(),
        images,
        planned.runtime().within(hosts).bringing(manifests),
        planned.secrets(),
        planned.scaling(),
        max,
        planned.deadline(),
        planned.strategy());
  }
}
