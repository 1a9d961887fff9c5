package io.windlass.engine.run;

import io.windlass.engine.journal.Tell;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.notification.Links;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ManifestRef;
import io.windlass.engine.run.RunPlan.PlannedDeployment;
import io.windlass.engine.run.RunPlan.PlannedStep;
import io.windlass.engine.run.StepState.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/**
 * One event's way through the run machine: gathers the next state and what follows from it. Used
 * once, by one thread.
 */
final class RunTurn {
  private final RunState before;
  private final Deployments deployer;
  private final Links links;
  private final Instant now;
  private final Map<String, StepState> steps;
  private final Map<String, DeploymentState> deployments;
  private Optional<RunTrigger> trigger;
  private RunState.Phase phase;
  private RunPlan plan;
  private Optional<ImageState> image;
  private Optional<RunState.Stop> stopped;
  private Optional<RunOutcome> outcome;
  private Optional<String> cause;
  private List<String> readOnly;
  private List<String> problems;
  private Optional<Instant> createdAt;
  private Optional<Instant> endedAt;
  private long told;
  private Transition<RunState, RunEffect> rest;

  RunTurn(RunState state, Deployments deployer, Links links, Instant now) {
    this.before = state;
    this.deployer = deployer;
    this.links = links;
    this.now = now;
    this.trigger = state.trigger();
    this.phase = state.phase();
    this.plan = state.plan();
    this.steps = new LinkedHashMap<>(state.steps());
    this.image = state.image();
    this.deployments = new LinkedHashMap<>(state.deployments());
    this.stopped = state.stopped();
    this.outcome = state.outcome();
    this.cause = state.cause();
    this.readOnly = state.readOnly();
    this.problems = state.problems();
    this.createdAt = state.createdAt();
    this.endedAt = state.endedAt();
    this.told = state.told();
    this.rest = Transition.to(state);
  }

  Transition<RunState, RunEffect> transition() {
    var state =
        new RunState(
            before.id(),
            trigger,
            phase,
            plan,
            steps,
            image,
            deployments,
            stopped,
            outcome,
            cause,
            readOnly,
            problems,
            createdAt,
            endedAt,
            told);
    return new Transition<>(state, rest.effects(), rest.timers(), rest.tells());
  }

  void begin(RunTrigger why, RunPlan what) {
    if (!opened(why)) {
      return;
    }
    plan = what;
    what.steps().keySet().forEach(step -> steps.put(step, StepState.PENDING));
    image = what.image().map(any -> ImageState.PENDING);
    phase = RunState.Phase.CHECKOUT;
    rest = rest.effect(lane(), new RunEffect.CheckOut(before.id(), why.sha()));
    mark(notices().begun(told + 1));
    if (why.kind() == RunTrigger.Kind.PULL_REQUEST) {
      rest = rest.effect(lane() + "/preview", new RunEffect.Preview(before.id(), why.sha()));
    }
  }

  /** Only marks the commit: nothing of the run depends on it. */
  void previewed(Map<String, String> lines) {
    if (trigger.isPresent()) {
      new TreeMap<>(lines)
          .forEach((environment, text) ->
              mark(notices().preview(told + 1, EnvironmentId.parse(environment), text)));
    }
  }

  void beginInvalid(RunTrigger why, List<String> wrong) {
    if (opened(why)) {
      problems = wrong;
      String first = wrong.isEmpty() ? "windlass.yaml is not right" : wrong.getFirst();
      finish(
          RunOutcome.FAILED,
          wrong.size() > 1 ? first + " (and " + (wrong.size() - 1) + " more)" : first);
    }
  }

  void beginUnreadable(RunTrigger why, String reason) {
    if (opened(why)) {
      finish(RunOutcome.ERRORED, reason);
    }
  }

  private boolean opened(RunTrigger why) {
    if (phase != RunState.Phase.NEW) {
      return false;
    }
    trigger = Optional.of(why);
    createdAt = Optional.of(now);
    return true;
  }

  void checkedOut(List<String> besides) {
    if (phase == RunState.Phase.CHECKOUT) {
      readOnly = besides;
      phase = RunState.Phase.UNDER_WAY;
      advance();
    }
  }

  void checkoutEnded(RunOutcome how, String reason) {
    if (phase == RunState.Phase.CHECKOUT) {
      steps.replaceAll(
          (name, step) -> step.now(Status.SKIPPED, "the commit could not be checked out"));
      image =
          image.map(
              pending -> pending.ended(Status.SKIPPED, "the commit could not be checked out", now));
      finish(how, reason);
    }
  }

  void stepEnded(String name, int attempt, StepResult result) {
    StepState step = steps.get(name);
    PlannedStep planned = plan.steps().get(name);
    if (step == null
        || planned == null
        || step.status() != Status.RUNNING
        || step.attempt() != attempt) {
      return;
    }
    StepState ended = StepVerdict.of(step, result, now);
    boolean again =
        StepVerdict.worthAnotherTry(result) && attempt <= planned.retries() && stopped.isEmpty();
    if (again) {
      start(planned, ended);
    } else {
      steps.put(
          name,
          stopped.isPresent() && ended.status() != Status.PASSED
              ? ended.now(Status.CANCELLED, stopped.get().why())
              : ended);
      advance();
    }
  }

  void imageEnded(UnaryOperator<ImageState> how) {
    if (image.filter(running -> running.status() == Status.RUNNING).isPresent()) {
      image = image.map(how);
      advance();
    }
  }

  void granted(
      String environment,
      Optional<Integer> max,
      List<String> hosts,
      Optional<ManifestRef> manifests) {
    Optional<PlannedDeployment> planned =
        plan.deployments().stream()
            .filter(one -> one.environment().equals(environment))
            .findFirst();
    DeploymentState asked = deployments.get(environment);
    if (planned.isEmpty() || asked == null || asked.stage() != DeploymentStage.ASKING) {
      return;
    }
    deployments.put(environment, DeploymentState.at(DeploymentStage.WAITING, "asked", now));
    ImageRef made = image.flatMap(ImageState::image).orElseThrow();
    rest =
        rest.tell(
            deployer.request(
                DeploymentRequest.of(
                    before.id(),
                    trigger.orElseThrow(),
                    planned.get(),
                    made,
                    max,
                    hosts,
                    manifests)));
  }

  void undeployed(String environment, DeploymentStage stage, String reason) {
    DeploymentState asked = deployments.get(environment);
    if (asked != null && asked.stage() == DeploymentStage.ASKING) {
      deployments.put(environment, DeploymentState.at(stage, reason, now));
      advance();
    }
  }

  void deploymentMoved(RunEvent.DeploymentMoved moved) {
    DeploymentState known = deployments.get(moved.environment());
    if (known == null || known.stage().ended()) {
      return;
    }
    Optional<Long> release = moved.release().or(known::release);
    deployments.put(
        moved.environment(),
        new DeploymentState(moved.stage(), release, moved.detail(), moved.lastLogLines(), now));
    if (moved.stage().ended()) {
      advance();
    }
  }

  void superseded(long byRun) {
    if (deployments.isEmpty()) {
      stop(
          new RunState.Stop(
              RunOutcome.SUPERSEDED, "run #" + byRun + " of the same group is newer"));
    }
  }

  /**
   * Stops what may be stopped at once; what runs is told to end, and a rollout that has begun goes
   * on.
   */
  void stop(RunState.Stop why) {
    if (stopped.isPresent() || phase == RunState.Phase.ENDED || phase == RunState.Phase.NEW) {
      return;
    }
    stopped = Optional.of(why);
    steps.forEach((name, step) -> stopStep(name, step, why));
    image =
        image.map(one -> one.status().ended() ? one : one.ended(Status.CANCELLED, why.why(), now));
    deployments.forEach((environment, deployment) -> stopDeployment(environment, deployment, why));
    phase = RunState.Phase.UNDER_WAY;
    advance();
  }

  private void stopStep(String name, StepState step, RunState.Stop why) {
    if (step.status() == Status.PENDING) {
      steps.put(name, step.now(Status.CANCELLED, why.why()));
    } else if (step.status() == Status.RUNNING) {
      // In a lane of its own: the step's lane is taken by the very attempt that is to end.
      rest =
          rest.effect(
              stepLane(name) + "/cancel",
              new RunEffect.CancelStep(before.id(), sha(), name, step.attempt()));
    }
  }

  private void stopDeployment(String environment, DeploymentState deployment, RunState.Stop why) {
    if (deployment.stage() == DeploymentStage.ASKING) {
      deployments.put(environment, DeploymentState.at(DeploymentStage.SKIPPED, why.why(), now));
    } else if (deployment.stage() == DeploymentStage.WAITING) {
      rest =
          rest.tell(
              deployer.withdraw(
                  new EnvironmentId(before.id().repository(), environment),
                  before.id(),
                  why.why()));
    }
  }

  /** Starts what may start now, and ends the run when nothing is left. */
  private void advance() {
    if (phase != RunState.Phase.UNDER_WAY) {
      return;
    }
    if (stopped.isEmpty()) {
      plan.steps().values().forEach(this::startOrSkip);
      plan.image().ifPresent(planned -> buildOrSkip(planned));
      if (deployments.isEmpty() && RunVerdict.mayDeploy(plan, steps, image)) {
        plan.deployments().forEach(this::askGrant);
      }
    }
    boolean done =
        steps.values().stream().allMatch(step -> step.status().ended())
            && image.stream().allMatch(one -> one.status().ended())
            && deployments.values().stream().allMatch(deployment -> deployment.stage().ended());
    if (done) {
      RunVerdict verdict = RunVerdict.of(plan, steps, image, deployments, stopped);
      finish(verdict.outcome(), verdict.cause());
    }
  }

  /**
   * The plan keeps no order of needs, so a step that is skipped here may make another pass over
   * those before it necessary.
   */
  private void startOrSkip(PlannedStep planned) {
    StepState step = steps.getOrDefault(planned.name(), StepState.PENDING);
    if (step.status() != Status.PENDING) {
      return;
    }
    plan.steps().values().stream()
        .filter(other -> planned.needs().contains(other.name()))
        .forEach(this::startOrSkip);
    switch (RunVerdict.needs(planned.needs(), plan, steps)) {
      case RunVerdict.Needs.Met met -> start(planned, step);
      case RunVerdict.Needs.Open open -> {}
      case RunVerdict.Needs.Broken(var need) ->
          steps.put(planned.name(), step.now(Status.SKIPPED, "\"" + need + "\" did not pass"));
    }
  }

  private void start(PlannedStep planned, StepState step) {
    StepState tried = step.tried(now);
    steps.put(planned.name(), tried);
    rest =
        rest.effect(
            stepLane(planned.name()),
            new RunEffect.RunStep(
                before.id(),
                sha(),
                planned,
                tried.attempt(),
                readOnly,
                planned.variables(trigger.orElseThrow().ref(), tried.attempt())));
  }

  private void buildOrSkip(RunPlan.PlannedImage planned) {
    if (image.filter(one -> one.status() == Status.PENDING).isEmpty()) {
      return;
    }
    // Also of a step that may fail: whoever still writes to the workspace could lead the builder,
    // which reads as the server, to files that are not the run's.
    if (steps.values().stream().anyMatch(step -> step.status() == Status.RUNNING)) {
      return;
    }
    switch (RunVerdict.needs(planned.needs(), plan, steps)) {
      case RunVerdict.Needs.Met met -> {
        image = image.map(pending -> pending.building(now));
        rest = rest.effect(lane(), new RunEffect.BuildImage(before.id(), sha(), planned));
      }
      case RunVerdict.Needs.Open open -> {}
      case RunVerdict.Needs.Broken(var need) ->
          image =
              image.map(
                  pending -> pending.ended(Status.SKIPPED, "\"" + need + "\" did not pass", now));
    }
  }

  private void askGrant(PlannedDeployment planned) {
    boolean brings = planned.manifests().isPresent();
    deployments.put(
        planned.environment(),
        DeploymentState.at(
            DeploymentStage.ASKING,
            brings ? "its manifests are rendered" : "looks what the operator allows",
            now));
    rest =
        rest.effect(
            lane() + "/grant/" + planned.environment(),
            brings
                ? new RunEffect.Render(before.id(), trigger.orElseThrow(), planned)
                : new RunEffect.AskGrant(before.id(), trigger.orElseThrow(), planned));
  }

  private void finish(RunOutcome how, String why) {
    phase = RunState.Phase.ENDED;
    outcome = Optional.of(how);
    cause = why.isEmpty() ? Optional.empty() : Optional.of(why);
    endedAt = Optional.of(now);
    List<RunEffect.StepAttempt> attempts = new ArrayList<>();
    steps.forEach((name, step) ->
        step.attempts()
            .forEach(attempt -> attempts.add(new RunEffect.StepAttempt(name, attempt.number()))));
    // In the lane of checkout and build: it waits for either to let go of the workspace.
    rest = rest.effect(lane(), new RunEffect.CleanUp(before.id(), sha(), attempts));
    mark(notices().ended(told + 1, how, why));
    Optional<Tell> alert = notices().alert(how, why);
    if (alert.isPresent()) {
      rest = rest.tell(alert.get());
    }
  }

  private RunNotices notices() {
    return new RunNotices(before.id(), trigger.orElseThrow(), links);
  }

  private void mark(Optional<Tell> mark) {
    if (mark.isPresent()) {
      told++;
      rest = rest.tell(mark.get());
    }
  }

  private String sha() {
    return trigger.orElseThrow().sha();
  }

  private String lane() {
    return "run/" + before.id();
  }

  private String stepLane(String step) {
    return lane() + "/step/" + step;
  }
}
