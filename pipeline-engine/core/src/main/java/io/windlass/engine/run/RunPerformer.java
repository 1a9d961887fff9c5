package io.windlass.engine.run;

import com.google.common.collect.Maps;
import io.windlass.engine.image.BuiltImage;
import io.windlass.engine.image.ImageBuilder;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.journal.EffectId;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.journal.Retry;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ManifestRef;
import io.windlass.engine.secret.SecretValue;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what runs ask for: workspaces, steps, images, grants. Holds nothing that a restart could
 * lose.
 */
public final class RunPerformer implements Performer<RunEffect, RunEvent> {
  private static final Logger LOG = LoggerFactory.getLogger(RunPerformer.class);

  /** A keeper that is being upgraded or started again is back long before this is over. */
  private static final Retry EXECUTOR =
      new Retry(120, Duration.ofMillis(250), Duration.ofSeconds(30));

  private static final Retry WORLD = new Retry(10, Duration.ofSeconds(1), Duration.ofMinutes(1));

  /** Some five days: nobody else removes what is left, and nobody waits for it. */
  private static final Retry CLEANING =
      new Retry(1000, Duration.ofSeconds(1), Duration.ofMinutes(10));

  private final Workspaces workspaces;
  private final StepExecutor executor;
  private final StepSecrets secrets;
  private final RunImages images;
  private final EnvironmentGrants grants;
  private final ManifestRenderer manifests;
  private final Previews previews;
  private final RunFiles files;
  private final RunLimits limits;

  public RunPerformer(
      Workspaces workspaces,
      StepExecutor executor,
      StepSecrets secrets,
      ImageBuilder images,
      ImageGrants imageGrants,
      EnvironmentGrants grants,
      ManifestRenderer manifests,
      Previews previews,
      RunFiles files,
      RunLimits limits) {
    this.workspaces = workspaces;
    this.executor = executor;
    this.secrets = secrets;
    this.images = new RunImages(images, imageGrants);
    this.grants = grants;
    this.manifests = manifests;
    this.previews = previews;
    this.files = files;
    this.limits = limits;
  }

  @Override
  public Optional<RunEvent> perform(EffectId id, RunEffect effect) throws Exception {
    return switch (effect) {
      case RunEffect.CheckOut(var run, var sha) -> Optional.of(checkOut(run, sha));
      case RunEffect.RunStep step ->
          Optional.of(new RunEvent.StepEnded(step.step().name(), step.attempt(), run(step)));
      case RunEffect.CancelStep(var run, var sha, var step, var attempt) -> {
        executor.cancel(RunFiles.attemptId(run, sha, step, attempt));
        yield Optional.empty();
      }
      case RunEffect.BuildImage(var run, var sha, var image) -> Optional.of(build(run, sha, image));
      case RunEffect.Preview(var run, var sha) -> {
        Map<String, String> lines = new LinkedHashMap<>();
        previews
            .of(run, sha)
            .forEach((environment, line) -> lines.put(environment.toString(), line));
        yield lines.isEmpty() ? Optional.empty() : Optional.of(new RunEvent.Previewed(lines));
      }
      case RunEffect.AskGrant(var run, var trigger, var deployment) ->
          Optional.of(ask(run, trigger, deployment, deployment.hosts(), Optional.empty()));
      case RunEffect.Render(var run, var trigger, var deployment) ->
          Optional.of(render(run, trigger, deployment));
      case RunEffect.CleanUp(var run, var sha, var attempts) -> {
        workspaces.remove(run); // which needs nobody else
        for (RunEffect.StepAttempt attempt : attempts) {
          executor.forget(RunFiles.attemptId(run, sha, attempt.step(), attempt.attempt()));
        }
        workspaces.prepare(run, sha);
        yield Optional.empty();
      }
    };
  }

  @Override
  public Optional<RunEvent> onGivenUp(EffectId id, RunEffect effect, Throwable error) {
    String reason = Objects.requireNonNullElse(error.getMessage(), error.toString());
    return switch (effect) {
      case RunEffect.CheckOut checkOut -> Optional.of(new RunEvent.CheckoutFailed(reason, true));
      case RunEffect.RunStep step ->
          Optional.of(
              new RunEvent.StepEnded(
                  step.step().name(),
                  step.attempt(),
                  new StepResult.Lost("the executor could not be reached: " + reason)));
      case RunEffect.BuildImage build -> Optional.of(new RunEvent.ImageFailed(reason, true));
      case RunEffect.AskGrant(var run, var trigger, var deployment) ->
          Optional.of(new RunEvent.DeploymentRefused(deployment.environment(), reason));
      case RunEffect.Render(var run, var trigger, var deployment) ->
          Optional.of(new RunEvent.ManifestsFailed(deployment.environment(), reason, true));
      case RunEffect.Preview preview -> Optional.empty();
      case RunEffect.CancelStep cancel -> Optional.empty();
      case RunEffect.CleanUp(var run, var _, var attempts) -> {
        LOG.atError()
            .addKeyValue("run", run)
            .addKeyValue("attempts", attempts)
            .addKeyValue("error", reason)
            .log(
                "Tried to remove what a run has left behind but could not, and tries no more; remove"
                    + " its workspace, and what the executor keeps of its steps, by hand");
        yield Optional.empty();
      }
    };
  }

  @Override
  public Retry retry(RunEffect effect) {
    return switch (effect) {
      case RunEffect.RunStep step -> EXECUTOR;
      case RunEffect.CancelStep cancel -> EXECUTOR;
      case RunEffect.CheckOut checkOut -> WORLD;
      case RunEffect.BuildImage build -> WORLD;
      case RunEffect.Render render -> WORLD;
      case RunEffect.CleanUp cleanUp -> CLEANING;
      case RunEffect.Preview preview -> Retry.STANDARD;
      case RunEffect.AskGrant ask -> Retry.STANDARD;
    };
  }

  @Override
  public int limit(Class<? extends RunEffect> type) {
    if (type == RunEffect.RunStep.class) {
      return limits.steps();
    }
    return type == RunEffect.BuildImage.class || type == RunEffect.Render.class
        ? limits.builds()
        : 16;
  }

  @Override
  public boolean waits(RunEffect effect) {
    return effect instanceof RunEffect.RunStep;
  }

  private RunEvent checkOut(RunId run, String sha) throws Exception {
    return switch (workspaces.checkOut(run, sha)) {
      case Checkout.Ready(var readOnly) ->
          new RunEvent.CheckedOut(readOnly.stream().map(Path::toString).toList());
      case Checkout.Vanished(var reason) -> new RunEvent.Vanished(reason);
      case Checkout.Failed(var reason, var ours) -> new RunEvent.CheckoutFailed(reason, ours);
    };
  }

  private StepResult run(RunEffect.RunStep effect) throws ExecutorException, InterruptedException {
    RunPlan.PlannedStep step = effect.step();
    Map<String, SecretValue> values = new HashMap<>();
    for (String name : step.allSecrets()) {
      Optional<SecretValue> value = secrets.value(effect.run().repository(), name);
      if (value.isEmpty()) {
        return new StepResult.Refused(
            "secret \""
                + name
                + "\" has no value; set it with: windlass secret set "
                + name
                + " --repository "
                + effect.run().repository());
      }
      values.put(name, value.get());
    }
    return executor.run(
        new StepTask(
            RunFiles.attemptId(effect.run(), effect.sha(), step.name(), effect.attempt()),
            workspaces.directory(effect.run()),
            effect.readOnly().stream().map(Path::of).toList(),
            step.command(),
            effect.env(),
            only(step.secrets(), values),
            container(step, values),
            files.log(effect.run(), step.name(), effect.attempt()),
            step.limits(limits.logBytes())));
  }

  private static StepContainer container(
      RunPlan.PlannedStep step, Map<String, SecretValue> values) {
    return new StepContainer(
        step.container().flatMap(RunPlan.PlannedContainer::image),
        step.services().stream()
            .map(service -> new StepService(service, only(service.secrets(), values)))
            .toList());
  }

  private static Map<String, SecretValue> only(
      List<String> names, Map<String, SecretValue> values) {
    return Maps.filterKeys(values, names::contains);
  }

  private RunEvent build(RunId run, String sha, RunPlan.PlannedImage image)
      throws ImageException, InterruptedException {
    try {
      BuiltImage built = images.build(run, sha, workspaces.directory(run), image.spec());
      return new RunEvent.ImageBuilt(
          new ImageRef(built.reference(), built.digest()), built.bytes());
    } catch (ImageException e) {
      if (e.kind().mayPass()) {
        throw e;
      }
      return new RunEvent.ImageFailed(String.valueOf(e.getMessage()), !e.kind().isTheUsers());
    }
  }

  private RunEvent render(RunId run, RunTrigger trigger, RunPlan.PlannedDeployment deployment)
      throws Exception {
    List<String> hosts = deployment.hosts();
    // First, so that nothing is rendered for an environment which the commit may not change.
    RunEvent granted = ask(run, trigger, deployment, hosts, Optional.empty());
    if (!(granted instanceof RunEvent.DeploymentGranted)) {
      return granted;
    }
    var environment = new EnvironmentId(run.repository(), deployment.environment());
    return switch (manifests.render(
        environment, trigger.sha(), deployment.manifests().orElseThrow())) {
      case ManifestRenderer.Outcome.Refused(var reason) ->
          new RunEvent.ManifestsFailed(deployment.environment(), reason, false);
      case ManifestRenderer.Outcome.Made(var made, var asked) ->
          ask(run, trigger, deployment, asked, Optional.of(made));
    };
  }

  private RunEvent ask(
      RunId run,
      RunTrigger trigger,
      RunPlan.PlannedDeployment deployment,
      List<String> hosts,
      Optional<ManifestRef> made) {
    var environment = new EnvironmentId(run.repository(), deployment.environment());
    return switch (grants.ask(
        new EnvironmentGrants.Question(environment, trigger.ref(), deployment.target(), hosts))) {
      case EnvironmentGrants.Grant.Allowed(var max, var allowed) ->
          new RunEvent.DeploymentGranted(deployment.environment(), max, allowed, made);
      case EnvironmentGrants.Grant.Refused(var reason) ->
          new RunEvent.DeploymentRefused(deployment.environment(), reason);
    };
  }
}
