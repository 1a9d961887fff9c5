package io.windlass.engine.run;

import io.windlass.engine.journal.Tell;
import io.windlass.engine.notification.AlertEvent;
import io.windlass.engine.notification.AlertMachine;
import io.windlass.engine.notification.Links;
import io.windlass.engine.notification.StatusMachine;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.source.CommitStatus;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.Sha;
import java.net.URI;
import java.util.Optional;

/** What is said of a run outside: marks on its commit, and messages to people. */
record RunNotices(RunId run, RunTrigger trigger, Links links) {
  /**
   * Runs of a repository are far apart in the order of marks, so that a later run's mark on the
   * same commit is always the newer one.
   */
  private static final int MARKS_PER_RUN = 1 << 20;

  /**
   * The mark of a run that begins.
   *
   * @param nth of the run's marks, from 1
   * @return empty where the commit was never found: it cannot be marked
   */
  Optional<Tell> begun(long nth) {
    return mark(nth, CommitStatus.State.PENDING, "run #" + run.number() + " is under way");
  }

  /** The mark of a run that has ended; see {@link #begun}. */
  Optional<Tell> ended(long nth, RunOutcome how, String why) {
    return switch (how) {
      case SUCCEEDED ->
          mark(nth, CommitStatus.State.SUCCESS, "run #" + run.number() + " succeeded");
      case FAILED -> mark(nth, CommitStatus.State.FAILURE, why);
      case ERRORED, CANCELLED, SUPERSEDED -> mark(nth, CommitStatus.State.ERROR, why);
    };
  }

  /** The mark that says what the commit would change in an environment; see {@link #begun}. */
  Optional<Tell> preview(long nth, EnvironmentId environment, String text) {
    return mark(
        nth,
        "windlass/plan/" + environment.name(),
        CommitStatus.State.SUCCESS,
        text,
        links.plan(environment.toString(), trigger.sha()));
  }

  private Optional<Tell> mark(long nth, CommitStatus.State state, String text) {
    return mark(nth, context(), state, text, page());
  }

  private Optional<Tell> mark(
      long nth, String context, CommitStatus.State state, String text, Optional<URI> target) {
    if (!Sha.isObject(trigger.sha())) {
      return Optional.empty();
    }
    var status = new CommitStatus(trigger.sha(), context, state, text, target);
    long order = run.number() * MARKS_PER_RUN + nth;
    return Optional.of(StatusMachine.tell(RepositoryName.of(run.repository()), status, order));
  }

  /** A commit that is both pushed and in a pull request has two runs, and a mark of each. */
  private String context() {
    return trigger.kind() == RunTrigger.Kind.PULL_REQUEST ? "windlass/pr" : "windlass";
  }

  /** What people are told of its end; empty where somebody wanted it so, or only asked for it. */
  Optional<Tell> alert(RunOutcome how, String why) {
    if (trigger.kind() == RunTrigger.Kind.PULL_REQUEST
        || how == RunOutcome.CANCELLED
        || how == RunOutcome.SUPERSEDED) {
      return Optional.empty();
    }
    Optional<String> failure = how == RunOutcome.SUCCEEDED ? Optional.empty() : Optional.of(why);
    return Optional.of(
        AlertMachine.tell(
            new AlertEvent.Ended(
                run.repository(), trigger.ref(), run.number(), trigger.title(), failure, page())));
  }

  private Optional<URI> page() {
    return links.run(run.repository(), run.number());
  }
}
