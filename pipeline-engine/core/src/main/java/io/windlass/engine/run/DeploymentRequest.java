package io.windlass.engine.run;

import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.scaler.policy.Scaling;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a run asks of an environment once all that the environment waits for has passed.
 *
 * @param title the commit's first line, for people
 * @param images one for each process
 * @param runtime without secrets; these are pinned when the release is made
 * @param secrets the names to pin
 * @param scaling for each process that has one
 * @param max the operator's limit of replicas for each fleet
 * @param deadline how long the move may take
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
    Duration deadline) {
  public DeploymentRequest {
    images = Map.copyOf(images);
    secrets = List.copyOf(secrets);
    scaling = Map.copyOf(scaling);
  }
}
