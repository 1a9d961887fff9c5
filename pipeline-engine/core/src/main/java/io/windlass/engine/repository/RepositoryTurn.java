package io.windlass.engine.repository;

import io.windlass.engine.journal.Transition;
import io.windlass.engine.repository.Decision.Verdict;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunMachine;
import io.windlass.engine.run.RunTrigger;
import io.windlass.engine.source.Sha;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * One event's way through the repository machine: gathers the next state and what follows from it.
 * Used once, by one thread.
 */
final class RepositoryTurn {
  private final String repository;
  private final Instant now;
  private long lastRun;
  private long looks;
  private boolean known;
  private Optional<String> defaultBranch;
  private List<ScheduleEntry> schedules;
  private Optional<Decision> decided = Optional.empty();
  private Optional<String> problem;
  private boolean pullRequestsKnown;
  private Optional<String> pullRequestsProblem;
  private Transition<RepositoryState, RepositoryEffect> rest;

  RepositoryTurn(RepositoryState state, Instant now) {
    this.repository = state.repository();
    this.now = now;
    this.lastRun = state.lastRun();
    this.looks = state.looks();
    this.known = state.known();
    this.defaultBranch = state.defaultBranch();
    this.schedules = state.schedules();
    this.problem = state.problem();
    this.pullRequestsKnown = state.pullRequestsKnown();
    this.pullRequestsProblem = state.pullRequestsProblem();
    this.rest = Transition.to(state);
  }

  Transition<RepositoryState, RepositoryEffect> transition() {
    var state =
        new RepositoryState(
            repository,
            lastRun,
            looks,
            known,
            defaultBranch,
            schedules,
            decided,
            problem,
            pullRequestsKnown,
            pullRequestsProblem);
    return new Transition<>(state, rest.effects(), rest.timers(), rest.tells());
  }

  void defaultBranchNamed(String name) {
    defaultBranch = Optional.of(name);
  }

  /** In a lane of its own: a look does not hold up what was pushed. */
  void headsWanted() {
    rest =
        rest.effect(
            RepositoryMachine.lane(repository) + "/heads",
            new RepositoryEffect.ObserveHeads(repository));
  }

  void headsUnknown(String reason) {
    problem = Optional.of(reason);
  }

  void headsObserved(RepositoryEvent.HeadsObserved observed) {
    looks++;
    problem = observed.problem();
    observed
        .defaultBranch()
        .filter(branch -> defaultBranch.filter(branch::equals).isEmpty())
        .ifPresent(this::newDefaultBranch);
    for (RepositoryEvent.Difference difference : observed.differences()) {
      rest =
          rest.tell(
              RefMachine.subject(repository, difference.ref()), heard(difference), "look:" + looks);
    }
    if (observed.whole()) {
      known = true;
    } else {
      headsWanted();
    }
  }

  void pullRequestsWanted() {
    rest =
        rest.effect(
            RepositoryMachine.lane(repository) + "/pull-requests",
            new RepositoryEffect.ObservePullRequests(repository));
  }

  void pullRequestsUnknown(String reason) {
    pullRequestsProblem = Optional.of(reason);
  }

  void pullRequestsObserved(RepositoryEvent.PullRequestsObserved observed) {
    looks++;
    pullRequestsProblem = Optional.empty();
    for (RepositoryEvent.OpenPullRequest open : observed.differing()) {
      boolean old = !pullRequestsKnown && open.version().isEmpty();
      rest =
          rest.tell(
              RefMachine.subject(repository, RefMachine.pullRequest(open.pullRequest().number())),
              old
                  ? new RefEvent.Seen(open.pullRequest().headSha())
                  : new RefEvent.PullRequestFound(open.version(), open.pullRequest()),
              "look:" + looks);
    }
    if (observed.whole()) {
      pullRequestsKnown = true;
    } else {
      pullRequestsWanted();
    }
  }

  /** Its schedules count from now on, and not only from its next push. */
  private void newDefaultBranch(String branch) {
    defaultBranch = Optional.of(branch);
    rest =
        rest.effect(
            RepositoryMachine.lane(repository) + "/heads",
            new RepositoryEffect.ReadSchedules(repository, branch));
  }

  private RefEvent heard(RepositoryEvent.Difference difference) {
    boolean old = !known && difference.version().isEmpty();
    return difference
        .sha()
        .filter(_ -> old)
        .<RefEvent>map(RefEvent.Seen::new)
        .orElseGet(() ->
            new RefEvent.Found(difference.version(), difference.sha(), defaultBranch.orElse("")));
  }

  void scheduleFired(String cron, Instant fireTime) {
    defaultBranch.ifPresent(branch ->
        read(
            RunTrigger.Kind.SCHEDULE,
            branch,
            Optional.empty(),
            Optional.empty(),
            Optional.of(cron),
            "schedule",
            "schedule " + cron + " at " + fireTime));
  }

  void runWanted(RepositoryEvent.RunWanted wanted) {
    read(
        RunTrigger.Kind.MANUAL,
        wanted.ref().or(() -> defaultBranch).orElse(""),
        wanted.sha(),
        wanted.environment(),
        Optional.empty(),
        wanted.who(),
        "asked by " + wanted.who());
  }

  /** An ask that decides nothing about its ref's head. */
  private void read(
      RunTrigger.Kind kind,
      String ref,
      Optional<String> sha,
      Optional<String> environment,
      Optional<String> cron,
      String author,
      String cause) {
    var ask =
        new Ask(
            0,
            kind,
            ref,
            ref,
            sha,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            environment,
            cron,
            cause,
            author,
            cause);
    rest =
        rest.effect(
            RepositoryMachine.lane(repository),
            new RepositoryEffect.Read(repository, ask, defaultBranch.orElse("")));
  }

  void schedulesRead(List<ScheduleEntry> read) {
    schedules = read;
  }

  void resolved(Ask ask, Resolution resolution, Optional<List<ScheduleEntry>> read) {
    read.ifPresent(this::schedulesRead);
    switch (resolution) {
      case Resolution.Matched matched -> matched(ask, matched);
      case Resolution.Invalid(var sha, var title, var problems) ->
          invalid(ask, sha, title.isEmpty() ? ask.title() : title, ask.author(), problems);
      case Resolution.Unreadable(var reason) -> {
        begin(
            ask,
            ask.after().orElse(Sha.NONE),
            ask.title(),
            ask.author(),
            why -> new RunEvent.BeginUnreadable(why, reason));
        number(ask, false);
      }
      case Resolution.Filtered(var reason) -> decide(ask, Verdict.FILTERED, reason);
      case Resolution.NoFile(var reason) -> decide(ask, Verdict.NO_FILE, reason);
      case Resolution.Vanished(var reason) -> decide(ask, Verdict.VANISHED, reason);
      case Resolution.Late(var reason, _) -> decide(ask, Verdict.LATE, reason);
    }
  }

  private void matched(Ask ask, Resolution.Matched matched) {
    String title = matched.title().isEmpty() ? ask.title() : matched.title();
    String author = matched.author().isEmpty() ? ask.author() : matched.author();
    var environments = matched.pipeline().environments().keySet();
    Optional<String> unknown = ask.environment().filter(wanted -> !environments.contains(wanted));
    if (unknown.isPresent()) {
      String has = String.join(", ", environments);
      String wrong = "windlass.yaml has no environment \"" + unknown.get() + "\"; it has: " + has;
      invalid(ask, matched.sha(), title, author, List.of(wrong));
      return;
    }
    var plan =
        Planner.plan(matched.pipeline(), ask, new RunId(repository, lastRun + 1), matched.sha());
    begin(ask, matched.sha(), title, author, why -> new RunEvent.Begin(why, plan));
    number(ask, matched.pipeline().concurrency().cancelSuperseded());
  }

  private void invalid(Ask ask, String sha, String title, String author, List<String> problems) {
    begin(ask, sha, title, author, why -> new RunEvent.BeginInvalid(why, problems));
    number(ask, false);
  }

  private void begin(
      Ask ask, String sha, String title, String author, Function<RunTrigger, RunEvent> event) {
    lastRun++;
    var trigger =
        new RunTrigger(
            ask.kind(), ask.ref(), sha, title, author, ask.pullRequest(), ask.cause(), now);
    rest =
        rest.tell(
            RunMachine.subject(new RunId(repository, lastRun)), event.apply(trigger), "begin");
    decided =
        Optional.of(
            new Decision(
                ask.key(),
                Optional.of(sha),
                Verdict.RUN,
                "run #" + lastRun,
                Optional.of(lastRun),
                ask.cause()));
  }

  /**
   * Tells the ref its newest run. A run that a person or a schedule asked for neither stops the
   * ref's other runs nor is stopped by them.
   */
  private void number(Ask ask, boolean cancelsOlder) {
    switch (ask.kind()) {
      case PUSH, PULL_REQUEST ->
          rest =
              rest.tell(
                  RefMachine.subject(repository, ask.key()),
                  new RefEvent.Numbered(lastRun, cancelsOlder),
                  "run:" + lastRun);
      case SCHEDULE, MANUAL -> {}
    }
  }

  private void decide(Ask ask, Verdict verdict, String reason) {
    decided =
        Optional.of(
            new Decision(ask.key(), ask.after(), verdict, reason, Optional.empty(), ask.cause()));
  }
}
