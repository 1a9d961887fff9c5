package io.windlass.engine.run;

import io.windlass.engine.pipeline.ImageSpec;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.pipeline.Resources;
import io.windlass.engine.pipeline.ServiceSpec;
import io.windlass.engine.pipeline.Strategy;
import io.windlass.engine.release.AppRuntime;
import io.windlass.scaler.policy.Scaling;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a run has to do: a pipeline with everything expanded and everything left out that does not
 * concern this commit. Holds names of secrets, never values.
 *
 * @param steps by name, in the file's order; the graph of their needs has no cycle and no unknown
 *     name
 * @param deployments one for each environment whose {@code when} matches
 */
public record RunPlan(
    Map<String, PlannedStep> steps,
    Optional<PlannedImage> image,
    List<PlannedDeployment> deployments) {
  public static final RunPlan EMPTY = new RunPlan(Map.of(), Optional.empty(), List.of());

  public RunPlan {
    steps = new LinkedHashMap<>(steps);
    deployments = List.copyOf(deployments);
  }

  /**
   * A step.
   *
   * @param command program and arguments
   * @param needs names of the steps that must have passed
   * @param timeout of each attempt
   * @param retries further attempts after the first, on timeout and lost worker only
   * @param allowFailure its failure stops nothing
   * @param container what it asks of an executor that runs containers; empty in plans from before
   *     steps could ask
   * @param resources what it asks for; empty in plans from before steps could
   */
  public record PlannedStep(
      String name,
      List<String> command,
      List<String> needs,
      Map<String, String> env,
      List<String> secrets,
      Duration timeout,
      int retries,
      boolean allowFailure,
      Optional<PlannedContainer> container,
      Optional<Resources> resources) {
    public PlannedStep {
      command = List.copyOf(command);
      needs = List.copyOf(needs);
      env = Map.copyOf(env);
      secrets = List.copyOf(secrets);
    }

    /** The names of its own secrets and its services'. */
    Set<String> allSecrets() {
      Set<String> all = new LinkedHashSet<>(secrets);
      services().forEach(service -> all.addAll(service.secrets()));
      return all;
    }

    List<ServiceSpec> services() {
      return container.flatMap(PlannedContainer::services).orElse(List.of());
    }

    /** What it may use at most. */
    StepLimits limits(long logBytes) {
      return new StepLimits(
          timeout,
          logBytes,
          resources.flatMap(Resources::cpuMillis).orElse(0),
          resources.flatMap(Resources::memoryBytes).orElse(0L));
    }

    /** What its process finds in its environment: what is said of the run, and what is its own. */
    Map<String, String> variables(String ref, int attempt) {
      Map<String, String> variables = new LinkedHashMap<>();
      variables.put("CI", "true");
      variables.put("WINDLASS", "true");
      variables.put("WINDLASS_REF", ref);
      variables.put("WINDLASS_STEP", name);
      variables.put("WINDLASS_ATTEMPT", Integer.toString(attempt));
      variables.putAll(env);
      return variables;
    }
  }

  /**
   * What a step asks of an executor that runs containers.
   *
   * @param image the reference of its image; empty for the operator's default
   * @param services empty in plans from before steps could have any
   */
  public record PlannedContainer(Optional<String> image, Optional<List<ServiceSpec>> services) {}

  /**
   * The image.
   *
   * @param needs names of the steps that must have passed
   */
  public record PlannedImage(List<String> needs, ImageSpec spec) {
    public PlannedImage {
      needs = List.copyOf(needs);
    }
  }

  /**
   * A deployment.
   *
   * @param environment its name
   * @param target as the repository's file says; the operator's file must agree
   * @param hosts that its routes ask for; the operator's file must allow each
   * @param runtime without secrets
   * @param secrets names to pin
   * @param deadline of the rollout
   * @param strategy empty where it was stored by a version that knew rolling only
   * @param manifests what the repository brings of its own; empty where the target makes it
   */
  public record PlannedDeployment(
      String environment,
      String target,
      List<String> hosts,
      AppRuntime runtime,
      List<String> secrets,
      Map<String, Scaling> scaling,
      Duration deadline,
      Optional<Strategy> strategy,
      Optional<ManifestSpec> manifests) {
    public PlannedDeployment {
      hosts = List.copyOf(hosts);
      secrets = List.copyOf(secrets);
      scaling = Map.copyOf(scaling);
    }
  }
}
