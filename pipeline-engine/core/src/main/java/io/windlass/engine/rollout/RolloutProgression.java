package io.windlass.engine.rollout;

import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.run.DeploymentRequest;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.StepResult;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The way of one rollout, phase by phase: pin, verify, prepare, command, then the {@link Stages} of
 * its plan; and back.
 */
final class RolloutProgression {
  /** How long a return finds its target out of reach before people are told. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  private final EnvironmentTurn turn;
  private final Stages stages;

  RolloutProgression(EnvironmentTurn turn) {
    this.turn = turn;
    this.stages = new Stages(turn, this);
  }

  /** What it does between the first shift and the end. */
  Stages stages() {
    return stages;
  }

  void beginDeployment(Rollout rollout, DeploymentRequest request) {
    turn.become(turn.state().begun(rollout));
    turn.effect(
        new EnvironmentEffect.Pin(
            rollout.id(), turn.id(), request.secrets(), rollout.from().map(Release::id)));
    turn.tell(request, DeploymentStage.ROLLING, Optional.empty(), "the rollout begins", List.of());
  }

  void beginReturn(Rollout rollout) {
    turn.become(turn.state().begun(rollout));
    verify(rollout);
  }

  void pinned(Rollout rollout, List<SecretRef> secrets, boolean serves) {
    DeploymentRequest request = rollout.request().orElseThrow();
    var runtime = request.runtime().pinned(secrets);
    Optional<Release> same =
        rollout
            .from()
            .filter(
                old -> old.runtime().equals(runtime) && sameImages(old.images(), request.images()));
    // What does not serve, whatever became of it, is brought back by rolling it out anew.
    if (same.isPresent() && serves && turn.state().degraded().isEmpty()) {
      // A policy is no part of a release, and may be all that this commit changed.
      turn.applyScaling(request);
      end(
          rollout.of(same.get()),
          DeploymentStage.LIVE,
          "release " + same.get().number() + " serves already; nothing changed",
          List.of(),
          Optional.empty());
      return;
    }
    var number = new ReleaseId(turn.id(), turn.state().lastRelease() + 1);
    Rollout next =
        rollout.of(new Release(number, request.sha(), request.images(), runtime, turn.now()));
    turn.become(turn.state().numbered(next));
    turn.tell(
        request,
        DeploymentStage.ROLLING,
        Optional.of(number.number()),
        "release " + number.number() + " is rolling out",
        List.of());
    verify(next);
  }

  /** The reference is only the way to an image; its digest is what runs. */
  private static boolean sameImages(Map<String, ImageRef> one, Map<String, ImageRef> other) {
    return one.keySet().equals(other.keySet())
        && one.entrySet().stream()
            .allMatch(image ->
                image
                    .getValue()
                    .digest()
                    .equals(other.getOrDefault(image.getKey(), image.getValue()).digest()));
  }

  private void verify(Rollout rollout) {
    turn.become(turn.state().moved(rollout.at(Phase.VERIFYING)));
    turn.effect(new EnvironmentEffect.Verify(rollout.id(), release(rollout), rollout.from()));
  }

  void checked(Rollout rollout, Verified verified, Optional<String> doubt) {
    switch (verified) {
      case Verified.Missing(var reason) -> fail(rollout, Failure.of(reason));
      case Verified.Present present -> {
        turn.become(turn.state().moved(rollout.doubting(doubt).at(Phase.PREPARING)));
        turn.effect(new EnvironmentEffect.Prepare(rollout.id(), release(rollout)));
      }
    }
  }

  void prepared(Rollout rollout, Prepared result) {
    switch (result) {
      case Prepared.Failed(var reason) -> fail(rollout, Failure.of(reason));
      case Prepared.Ready ready -> {
        // The command belongs to the release's first time; going back to the release later does not
        // run it again.
        Optional<ReleaseCommand> command =
            release(rollout).runtime().command().filter(any -> !rollout.manual());
        if (command.isPresent()) {
          turn.become(turn.state().moved(rollout.at(Phase.COMMAND)));
          turn.effect(
              new EnvironmentEffect.RunCommand(rollout.id(), release(rollout), command.get()));
        } else {
          shift(rollout);
        }
      }
    }
  }

  void commandEnded(Rollout rollout, StepResult result, List<String> lines) {
    String command =
        "the release command \""
            + release(rollout).runtime().command().map(ReleaseCommand::run).orElse("")
            + "\"";
    switch (result) {
      case StepResult.Exited(var code, var started, var ended) -> {
        if (code == 0) {
          shift(rollout);
        } else {
          fail(rollout, new Failure(command + " exited with " + code, false, lines));
        }
      }
      case StepResult.TimedOut timedOut ->
          fail(rollout, new Failure(command + " took too long and was stopped", false, lines));
      case StepResult.OverLimit(var limit, var started, var ended) ->
          fail(rollout, new Failure(command + " was stopped: " + limit, false, lines));
      case StepResult.Cancelled cancelled ->
          fail(rollout, new Failure(command + " was cancelled", false, lines));
      case StepResult.Refused(var reason) ->
          fail(rollout, new Failure(command + " could not be run: " + reason, true, lines));
      case StepResult.Unserved(var reason) ->
          fail(rollout, new Failure(command + " could not be run: " + reason, false, lines));
      case StepResult.Lost(var reason) ->
          fail(
              rollout,
              new Failure(
                  command
                      + " had begun and nobody knows how it ended ("
                      + reason
                      + "); look at what it did, then deploy again",
                  true,
                  lines));
    }
  }

  private void shift(Rollout rollout) {
    // A fleet that this release brings must have its size before anybody waits for it to be
    // reached.
    rollout
        .request()
        .ifPresentOrElse(
            turn::applyScaling,
            () -> turn.effect(new EnvironmentEffect.RestoreScaling(release(rollout).id())));
    stages.begin(rollout);
  }

  void shifted(Rollout rollout) {
    Instant end = turn.now().plus(rollout.deadline());
    if (rollout.phase().returning()) {
      Rollout watched = rollout.at(Phase.RETURN_WATCHING);
      turn.become(turn.state().moved(watched));
      if (rollout.away().isPresent()) {
        tellObstacle(watched);
      }
      // After the shift: requests are not to wait for the scaler.
      turn.effect(new EnvironmentEffect.RestoreScaling(destination(watched).id()));
      watch(watched, end);
    } else {
      Instant until = rollout.walk().until().orElse(end);
      Rollout watched = rollout.walking(rollout.walk().ending(until)).at(Phase.WATCHING);
      turn.become(turn.state().moved(watched));
      watch(watched, until);
    }
  }

  private void watch(Rollout rollout, Instant until) {
    turn.watch(
        new EnvironmentEffect.Watch(
            rollout.id(),
            destination(rollout).id(),
            rollout.phase().returning(),
            rollout.processes(),
            until,
            rollout.obstacle().isPresent(),
            rollout.walk().stage(),
            rollout.deadline()));
  }

  /** Is told and watched on; the deadline stays what it was. */
  void obstructed(Rollout rollout, Optional<String> obstacle, Instant until) {
    Rollout now = rollout.obstructed(obstacle);
    turn.become(turn.state().moved(now));
    tellObstacle(now);
    watch(now, until);
  }

  private void tellObstacle(Rollout rollout) {
    rollout
        .request()
        .ifPresent(request ->
            turn.tell(
                request,
                DeploymentStage.ROLLING,
                Optional.of(release(rollout).number()),
                "release "
                    + destination(rollout).number()
                    + rollout
                        .obstacle()
                        .map(what -> " waits: " + what)
                        .orElse(" is rolling out again"),
                List.of()));
  }

  /**
   * The target cannot be asked. A return is asked for until it is taken, and watched until it is
   * there: given up, it would leave the bad release what it has. Only something else that a person
   * wants ends it. A newer commit waits: begun now it would find the same target out of reach, fail
   * for that, and never be tried again.
   */
  void unreachable(Rollout rollout, String reason) {
    if (!rollout.phase().returning() || turn.somethingElseIsWanted()) {
      fail(rollout, Failure.ours(reason));
      return;
    }
    Instant since = rollout.away().map(Rollout.Away::since).orElse(turn.now());
    // A watch has tried for all of the move's time already.
    boolean alerted =
        rollout.phase() == Phase.RETURN_WATCHING || !turn.now().isBefore(since.plus(PATIENCE));
    Rollout waiting = rollout.away(reason, new Rollout.Away(since, alerted));
    turn.become(turn.state().moved(waiting));
    if (rollout.away().isEmpty()) {
      tellObstacle(waiting);
    }
    if (rollout.phase() == Phase.RETURN_SHIFTING) {
      shiftBack(waiting);
    } else {
      watch(waiting, turn.now().plus(waiting.deadline()));
    }
  }

  void settled(Rollout rollout) {
    if (rollout.phase().returning()) {
      Failure failure = rollout.failure().orElseThrow();
      String serving = "; release " + rollout.from().orElseThrow().number() + " serves again";
      DeploymentStage outcome = failure.ours() ? DeploymentStage.ERRORED : DeploymentStage.RETURNED;
      turn.become(turn.state().serving(rollout.from().orElseThrow()));
      end(rollout, outcome, failure.cause() + serving, failure.lastLogLines(), rollout.release());
    } else {
      stages.reached(rollout);
    }
  }

  /** The release has everything, and nothing is waited for any more. */
  void live(Rollout rollout) {
    Release release = release(rollout);
    turn.become(turn.state().serving(release));
    end(
        rollout,
        DeploymentStage.LIVE,
        "release " + release.number() + " is live" + approvedBy(rollout),
        List.of(),
        rollout.from());
  }

  /** Whoever let it go on is remembered with it. */
  private static String approvedBy(Rollout rollout) {
    List<String> people =
        rollout.walk().approvals().stream().map(Walk.Approval::who).distinct().toList();
    return people.isEmpty() ? "" : "; approved by " + String.join(" and ", people);
  }

  /**
   * Ends what a person wants to be replaced by an older release, at once or as soon as it has gone
   * back.
   */
  void giveWay(Rollout rollout) {
    String who =
        turn.state()
            .freeze()
            .map(freeze -> freeze.who() + " stopped it: " + freeze.why())
            .orElse("it was stopped");
    fail(rollout, Failure.of(who));
  }

  void fail(Rollout rollout, Failure failure) {
    switch (rollout.phase()) {
      case PINNING, VERIFYING, PREPARING, COMMAND -> {
        String cause =
            failure.cause()
                + rollout
                    .from()
                    .filter(_ -> turn.state().degraded().isEmpty())
                    .map(old -> "; nothing moved, release " + old.number() + " serves")
                    .orElse("; nothing moved");
        end(
            rollout,
            failure.ours() ? DeploymentStage.ERRORED : DeploymentStage.FAILED,
            cause,
            failure.lastLogLines(),
            rollout.release());
      }
      case SHIFTING, WATCHING, HOLDING, GATED -> goBack(rollout, failure);
      case RETURN_SHIFTING, RETURN_WATCHING -> stuck(rollout, failure);
    }
  }

  private void goBack(Rollout rollout, Failure failure) {
    if (rollout.from().isPresent()) {
      Rollout returning = rollout.failing(failure).at(Phase.RETURN_SHIFTING);
      turn.become(turn.state().moved(returning));
      shiftBack(returning);
    } else {
      turn.effect(new EnvironmentEffect.TakeAway(release(rollout).id()));
      String cause =
          failure.cause() + "; it is taken away, as there is no release before it that is known";
      end(
          rollout,
          failure.ours() ? DeploymentStage.ERRORED : DeploymentStage.FAILED,
          cause,
          failure.lastLogLines(),
          Optional.empty());
    }
  }

  private void shiftBack(Rollout rollout) {
    turn.effect(
        new EnvironmentEffect.Shift(
            rollout.id(),
            rollout.from().orElseThrow().id(),
            true,
            rollout.processes(),
            rollout.walk().stage(),
            Optional.of(new Division.Replace())));
  }

  /**
   * The way back is barred too; people must look. A target that has taken the wish keeps it and
   * goes on trying.
   */
  private void stuck(Rollout rollout, Failure failure) {
    Failure first = rollout.failure().orElse(failure);
    String doubt = rollout.doubt().map(why -> " (it was in doubt before: " + why + ")").orElse("");
    String degraded =
        "release "
            + rollout.from().orElseThrow().number()
            + " could not be brought back: "
            + failure.cause()
            + doubt;
    turn.become(turn.state().degraded(degraded));
    end(
        rollout,
        failure.ours() ? DeploymentStage.ERRORED : DeploymentStage.FAILED,
        first.cause() + "; " + degraded,
        first.lastLogLines(),
        Optional.empty());
  }

  private void end(
      Rollout rollout,
      DeploymentStage outcome,
      String cause,
      List<String> lines,
      Optional<Release> leftOver) {
    turn.become(
        turn.state()
            .ended(
                new EndedRollout(
                    rollout.id(),
                    rollout.release().map(Release::number),
                    rollout.from().map(Release::number),
                    rollout.request().map(DeploymentRequest::run),
                    outcome,
                    cause,
                    lines,
                    rollout.startedAt(),
                    turn.now())));
    rollout
        .request()
        .ifPresent(request ->
            turn.tell(request, outcome, rollout.release().map(Release::number), cause, lines));
    Optional<ReleaseId> old =
        leftOver
            .map(Release::id)
            .filter(
                id -> turn.state().current().filter(current -> current.id().equals(id)).isEmpty());
    turn.effect(new EnvironmentEffect.Finish(rollout.id(), turn.id(), old, rollout.processes()));
    turn.begin();
  }

  /** The release that is on its way: the new one, or the one to return to. */
  private static Release destination(Rollout rollout) {
    return rollout.phase().returning() ? rollout.from().orElseThrow() : release(rollout);
  }

  private static Release release(Rollout rollout) {
    return rollout.release().orElseThrow();
  }
}
