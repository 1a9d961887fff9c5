package io.windlass.engine.repository;

import io.windlass.engine.pipeline.App;
import io.windlass.engine.pipeline.EnvironmentSpec;
import io.windlass.engine.pipeline.Expressions;
import io.windlass.engine.pipeline.Pipeline;
import io.windlass.engine.pipeline.Step;
import io.windlass.engine.pipeline.Trigger;
import io.windlass.engine.pipeline.Triggers;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.HealthRule;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.Volume;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunPlan;
import io.windlass.engine.run.RunPlan.PlannedContainer;
import io.windlass.engine.run.RunPlan.PlannedDeployment;
import io.windlass.engine.run.RunPlan.PlannedImage;
import io.windlass.engine.run.RunPlan.PlannedStep;
import io.windlass.engine.source.Ref;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Turns a pipeline into what one run has to do: expressions expanded, environments that do not
 * concern the commit left out.
 */
public final class Planner {
  private Planner() {}

  /** The plan of one run. */
  public static RunPlan plan(Pipeline pipeline, Ask ask, RunId run, String sha) {
    var context =
        new Expressions.Context(run.repository(), shortName(ask.ref()), sha, run.number());
    Map<String, PlannedStep> steps = new LinkedHashMap<>();
    pipeline.steps().forEach((name, step) -> steps.put(name, step(pipeline, step, context)));
    List<String> mustPass =
        steps.values().stream()
            .filter(step -> !step.allowFailure())
            .map(PlannedStep::name)
            .toList();
    Trigger trigger = trigger(ask);
    List<PlannedDeployment> deployments =
        pipeline.image().isEmpty()
            ? List.of()
            : pipeline.environments().values().stream()
                .filter(environment ->
                    ask.environment()
                        .map(environment.name()::equals)
                        .orElseGet(() -> deploys(environment, trigger)))
                .map(environment -> deployment(environment, context))
                .toList();
    return new RunPlan(
        steps, pipeline.image().map(spec -> new PlannedImage(mustPass, spec)), deployments);
  }

  /** How filters see what was asked. */
  static Trigger trigger(Ask ask) {
    return switch (ask.kind()) {
      case PUSH ->
          ask.ref().startsWith("refs/tags/")
              ? new Trigger.TagPush(shortName(ask.ref()))
              : new Trigger.BranchPush(shortName(ask.ref()));
      case PULL_REQUEST ->
          new Trigger.PullRequest(ask.pullRequest().orElse(0L), shortName(ask.base().orElse("")));
      case SCHEDULE -> new Trigger.Scheduled(shortName(ask.ref()), ask.cron().orElse(""));
      case MANUAL -> new Trigger.Manual(ask.author());
    };
  }

  private static String shortName(String ref) {
    return Ref.parse(ref).map(Ref::shortName).orElse(ref);
  }

  private static boolean deploys(EnvironmentSpec environment, Trigger trigger) {
    return switch (Triggers.deploys(environment.when(), trigger)) {
      case Triggers.Verdict.Match match -> true;
      case Triggers.Verdict.Filtered filtered -> false;
    };
  }

  private static PlannedStep step(Pipeline pipeline, Step step, Expressions.Context context) {
    Map<String, String> env = new LinkedHashMap<>(context.variables());
    env.putAll(Expressions.expand(pipeline.env(), context));
    env.putAll(Expressions.expand(step.env(), context));
    return new PlannedStep(
        step.name(),
        step.command(),
        step.needs(),
        env,
        step.secrets(),
        step.timeout(),
        step.retries(),
        step.allowFailure(),
        Optional.of(
            new PlannedContainer(
                step.image().map(image -> Expressions.expand(image, context)),
                Optional.of(
                    step.services().stream().map(service -> service.expanded(context)).toList()))),
        Optional.of(step.resources()));
  }

  private static PlannedDeployment deployment(
      EnvironmentSpec environment, Expressions.Context context) {
    App app = environment.app();
    Map<String, ProcessRuntime> processes = new LinkedHashMap<>();
    app.processes().forEach((name, process) -> processes.put(name, process(process)));
    List<PublicRoute> routes =
        environment.routes().stream()
            .map(route -> new PublicRoute(route.host(), route.path(), route.process(), route.tls()))
            .toList();
    var runtime =
        new AppRuntime(
            Expressions.expand(app.env(), context),
            List.of(),
            processes,
            routes,
            app.release().map(release -> new ReleaseCommand(release.run(), release.timeout())));
    return new PlannedDeployment(
        environment.name(),
        environment.target(),
        routes.stream().map(PublicRoute::host).flatMap(Optional::stream).distinct().toList(),
        runtime,
        app.secrets(),
        environment.scale(),
        environment.rollout().deadline(),
        Optional.of(environment.rollout().strategy()),
        environment.manifests());
  }

  private static ProcessRuntime process(App.ProcessSpec process) {
    return new ProcessRuntime(
        process.run(),
        process.port(),
        process
            .health()
            .map(health ->
                new HealthRule(health.ready(), health.live(), health.interval(), health.startup())),
        process.cpuMillis(),
        process.memoryBytes(),
        process.drain(),
        process.volumes().stream()
            .map(v -> new Volume(v.name(), v.path(), v.bytes(), v.shared()))
            .toList());
  }
}
