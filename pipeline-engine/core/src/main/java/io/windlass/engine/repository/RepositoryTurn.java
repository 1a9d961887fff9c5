package io.windlass.engine.repository;

import io.windlass.engine.journal.Transition;
import io.windlass.engine.repository.Decision.Verdict;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunMachine;
import io.windlass.engine.run.RunPlan;
import io.windlass.engine.run.RunTrigger;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.Sha;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * One event's way through the repository machine: gathers the next state and what follows from it.
 * Used once, by one thread.
 */
final class RepositoryTurn {
  /**
   * Refs kept of each kind (branches, tags, pull requests). Above it the oldest are forgotten, and
   * a poll decides nothing of that kind.
   */
  static final int MOST_REFS = 1_000;

  private static final String HEADS = "refs/heads/";
  private static final String TAGS = "refs/tags/";
  private static final String PULLS = "refs/pull/";

  private final String repository;
  private final Instant now;
  private final Map<String, Head> heads;
  private final Map<Long, Ask> open;
  private final List<Decision> decided = new ArrayList<>();
  private long lastRun;
  private long lastAsk;
  private boolean known;
  private Optional<String> defaultBranch;
  private List<ScheduleEntry> schedules;
  private Optional<String> problem;
  private Transition<RepositoryState, RepositoryEffect> rest;

  RepositoryTurn(RepositoryState state, Instant now) {
    this.repository = state.repository();
    this.now = now;
    this.heads = new LinkedHashMap<>(state.heads());
    this.open = new LinkedHashMap<>(state.open());
    this.lastRun = state.lastRun();
    this.lastAsk = state.lastAsk();
    this.known = state.known();
    this.defaultBranch = state.defaultBranch();
    this.schedules = state.schedules();
    this.problem = state.problem();
    this.rest = Transition.to(state);
  }

  Transition<RepositoryState, RepositoryEffect> transition() {
    var state =
        new RepositoryState(
            repository,
            lastRun,
            lastAsk,
            known,
            defaultBranch,
            heads,
            open,
            schedules,
            decided,
            problem);
    return new Transition<>(state, rest.effects(), rest.timers(), rest.tells());
  }

  void arrived(String deliveryId, Intent intent) {
    String cause = "delivery " + deliveryId;
    switch (intent) {
      case Intent.Pushed pushed -> pushed(pushed, cause);
      case Intent.PullRequestOpened(var name, var pull) -> pullRequest(pull, cause);
      case Intent.PullRequestUpdated(var name, var pull) -> pullRequest(pull, cause);
      // These are the delivery's own story; a repository has nothing to do for them.
      case Intent.Ping ping -> {}
      case Intent.InstallationChanged changed -> {}
      case Intent.Ignored ignored -> {}
      case Intent.Malformed malformed -> {}
    }
  }

  private void pushed(Intent.Pushed push, String cause) {
    defaultBranch = Optional.of(push.defaultBranch().name());
    String ref = push.ref().name();
    if (push.deleted()) {
      heads.remove(ref);
      decide(
          ref,
          Optional.empty(),
          Verdict.DELETED,
          "the ref was deleted; nothing that deploys is cancelled by it",
          cause);
      return;
    }
    Optional<Head> last = Optional.ofNullable(heads.get(ref));
    if (last.filter(head -> head.decided() && head.sha().equals(push.after())).isPresent()) {
      decide(
          ref,
          Optional.of(push.after()),
          Verdict.DUPLICATE,
          "it is the last decided head of the ref already",
          cause);
      return;
    }
    // A branch that was made anew at an old commit looks like a late event here; the next poll
    // finds it.
    boolean movesOn = !push.forced();
    if (movesOn && last.filter(head -> head.earlier().contains(push.after())).isPresent()) {
      decide(
          ref,
          Optional.of(push.after()),
          Verdict.LATE,
          "a newer commit of the ref was decided before this came",
          cause);
      return;
    }
    Optional<String> before = Optional.of(push.before()).filter(Sha::isObject);
    Optional<String> doubt =
        last.filter(head -> movesOn && head.decided() && !push.before().equals(head.sha()))
            .map(Head::sha);
    String title =
        push.commits().isEmpty() ? push.ref().shortName() : push.commits().getLast().summary();
    ask(
        last,
        new Ask(
            lastAsk + 1,
            RunTrigger.Kind.PUSH,
            ref,
            ref,
            Optional.of(push.after()),
            before,
            Optional.empty(),
            doubt,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            title,
            push.pusher(),
            cause));
  }

  private void pullRequest(Intent.PullRequest pull, String cause) {
    String key = PULLS + pull.number() + "/head";
    Optional<String> sha = Optional.of(pull.headSha());
    if (pull.fromFork()) {
      String from = pull.headRepository().map(Object::toString).orElse("a repository that is gone");
      decide(
          key,
          sha,
          Verdict.REFUSED,
          "pull requests from forks are not run: this one comes from " + from,
          cause);
      return;
    }
    Optional<Ref> branch = Ref.parse(HEADS + pull.headBranch());
    if (branch.isEmpty()) {
      decide(key, sha, Verdict.REFUSED, "the name of its branch is none that Git allows", cause);
      return;
    }
    Optional<Head> last = Optional.ofNullable(heads.get(key));
    if (last.filter(head -> head.sha().equals(pull.headSha())).isPresent()) {
      decide(
          key,
          sha,
          Verdict.DUPLICATE,
          "it is the last decided head of the pull request already",
          cause);
      return;
    }
    ask(
        last,
        new Ask(
            lastAsk + 1,
            RunTrigger.Kind.PULL_REQUEST,
            key,
            branch.get().name(),
            sha,
            Optional.of(pull.baseSha()).filter(Sha::isObject),
            Optional.of(pull.baseRef().name()),
            Optional.empty(),
            Optional.of(pull.number()),
            Optional.empty(),
            Optional.empty(),
            pull.title(),
            pull.author(),
            cause));
  }

  void headsWanted() {
    rest = rest.effect(lane(), new RepositoryEffect.ObserveHeads(repository, lastAsk));
  }

  void headsUnknown(String reason) {
    problem = Optional.of(reason);
  }

  void headsObserved(long order, Map<String, String> observed) {
    problem = Optional.empty();
    for (String kind : List.of(HEADS, TAGS)) {
      Map<String, String> ofKind = new LinkedHashMap<>();
      observed.entrySet().stream()
          .filter(head -> head.getKey().startsWith(kind))
          .sorted(Map.Entry.comparingByKey())
          .forEach(head -> ofKind.put(head.getKey(), head.getValue()));
      if (ofKind.size() > MOST_REFS) {
        problem =
            Optional.of(
                ofKind.size()
                    + " refs under "
                    + kind
                    + " are more than the "
                    + MOST_REFS
                    + " that are kept; missed ones are not looked for");
        continue;
      }
      heads
          .entrySet()
          .removeIf(head ->
              head.getKey().startsWith(kind)
                  && head.getValue().order() <= order
                  && !ofKind.containsKey(head.getKey()));
      ofKind.forEach((ref, sha) -> observed(order, ref, sha));
    }
    known = true;
  }

  private void observed(long order, String ref, String sha) {
    Optional<Head> last = Optional.ofNullable(heads.get(ref));
    if (last.isEmpty() && !known) {
      heads.put(ref, Head.seen(sha, order));
      return;
    }
    if (last.filter(head -> head.order() > order || head.sha().equals(sha)).isPresent()) {
      return;
    }
    ask(
        last,
        new Ask(
            lastAsk + 1,
            RunTrigger.Kind.PUSH,
            ref,
            ref,
            Optional.of(sha),
            last.map(Head::sha),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            ref,
            "",
            "found missing"));
  }

  void scheduleFired(String cron, Instant fireTime) {
    defaultBranch.ifPresent(branch ->
        askOutOfLine(
            RunTrigger.Kind.SCHEDULE,
            branch,
            Optional.empty(),
            Optional.empty(),
            Optional.of(cron),
            "schedule",
            "schedule " + cron + " at " + fireTime));
  }

  void runWanted(RepositoryEvent.RunWanted wanted) {
    askOutOfLine(
        RunTrigger.Kind.MANUAL,
        wanted.ref().or(() -> defaultBranch).orElse(""),
        wanted.sha(),
        wanted.environment(),
        Optional.empty(),
        wanted.who(),
        "asked by " + wanted.who());
  }

  /** An ask that decides nothing about its ref's head. */
  private void askOutOfLine(
      RunTrigger.Kind kind,
      String ref,
      Optional<String> sha,
      Optional<String> environment,
      Optional<String> cron,
      String author,
      String cause) {
    read(
        new Ask(
            lastAsk + 1,
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
            cause));
  }

  private void ask(Optional<Head> last, Ask ask) {
    heads.put(ask.key(), Head.decided(last, ask.after().orElseThrow(), ask.before(), ask.id()));
    forgetOldest(ask.key());
    read(ask);
  }

  private void read(Ask ask) {
    lastAsk = ask.id();
    open.put(ask.id(), ask);
    rest =
        rest.effect(lane(), new RepositoryEffect.Read(repository, ask, defaultBranch.orElse("")));
  }

  private void forgetOldest(String key) {
    String kind = key.startsWith(HEADS) ? HEADS : key.startsWith(TAGS) ? TAGS : PULLS;
    List<Map.Entry<String, Head>> ofKind =
        heads.entrySet().stream()
            .filter(head -> head.getKey().startsWith(kind))
            .sorted(Comparator.comparingLong(head -> head.getValue().order()))
            .toList();
    ofKind.stream()
        .limit(Math.max(0, ofKind.size() - MOST_REFS))
        .map(Map.Entry::getKey)
        .toList()
        .forEach(heads::remove);
  }

  void resolved(long id, Resolution resolution, Optional<List<ScheduleEntry>> read) {
    Ask ask = open.remove(id);
    if (ask == null) {
      return;
    }
    read.ifPresent(entries -> schedules = entries);
    switch (resolution) {
      case Resolution.Matched matched -> matched(ask, matched);
      case Resolution.Invalid(var sha, var problems) ->
          begin(
              ask, sha, ask.title(), ask.author(), why -> new RunEvent.BeginInvalid(why, problems));
      case Resolution.Unreadable(var reason) ->
          begin(
              ask,
              ask.after().orElse(Sha.NONE),
              ask.title(),
              ask.author(),
              why -> new RunEvent.BeginUnreadable(why, reason));
      case Resolution.Filtered(var reason) -> decide(ask, Verdict.FILTERED, reason);
      case Resolution.NoFile(var reason) -> decide(ask, Verdict.NO_FILE, reason);
      case Resolution.Vanished(var reason) -> decide(ask, Verdict.VANISHED, reason);
      case Resolution.Late(var reason) -> late(ask, reason);
    }
  }

  private void matched(Ask ask, Resolution.Matched matched) {
    String title = matched.title().isEmpty() ? ask.title() : matched.title();
    String author = matched.author().isEmpty() ? ask.author() : matched.author();
    Optional<String> unknown =
        ask.environment()
            .filter(environment -> !matched.pipeline().environments().containsKey(environment));
    if (unknown.isPresent()) {
      String has = String.join(", ", matched.pipeline().environments().keySet());
      String problem = "windlass.yaml has no environment \"" + unknown.get() + "\"; it has: " + has;
      begin(
          ask,
          matched.sha(),
          title,
          author,
          why -> new RunEvent.BeginInvalid(why, List.of(problem)));
      return;
    }
    RunPlan plan =
        Planner.plan(matched.pipeline(), ask, new RunId(repository, lastRun + 1), matched.sha());
    Optional<Long> older = Optional.ofNullable(heads.get(ask.key())).flatMap(Head::run);
    begin(ask, matched.sha(), title, author, why -> new RunEvent.Begin(why, plan));
    if (matched.pipeline().concurrency().cancelSuperseded()
        && followsRef(ask)
        && older.isPresent()) {
      rest =
          rest.tell(
              RunMachine.subject(new RunId(repository, older.get())),
              new RunEvent.Superseded(lastRun),
              "superseded:" + lastRun);
    }
  }

  /**
   * A run that a person or a schedule asked for neither stops the ref's other runs nor is stopped
   * by them.
   */
  private static boolean followsRef(Ask ask) {
    return switch (ask.kind()) {
      case PUSH, PULL_REQUEST -> true;
      case SCHEDULE, MANUAL -> false;
    };
  }

  /**
   * The ref stood at a newer commit before this event came: that one stays the last decided head.
   */
  private void late(Ask ask, String reason) {
    Head head = heads.get(ask.key());
    if (head != null && head.order() == ask.id()) {
      ask.newerIfAncestorOf()
          .ifPresent(newer ->
              heads.put(
                  ask.key(), Head.decided(Optional.of(head), newer, ask.after(), head.order())));
    }
    decide(ask, Verdict.LATE, reason);
  }

  private void begin(
      Ask ask,
      String sha,
      String title,
      String author,
      java.util.function.Function<RunTrigger, RunEvent> event) {
    lastRun++;
    var trigger =
        new RunTrigger(
            ask.kind(), ask.ref(), sha, title, author, ask.pullRequest(), ask.cause(), now);
    rest =
        rest.tell(
            RunMachine.subject(new RunId(repository, lastRun)), event.apply(trigger), "begin");
    if (followsRef(ask)) {
      heads.computeIfPresent(ask.key(), (key, head) -> head.with(lastRun));
    }
    decided.add(
        new Decision(
            ask.key(),
            Optional.of(sha),
            Verdict.RUN,
            "run #" + lastRun,
            Optional.of(lastRun),
            ask.cause()));
  }

  private void decide(Ask ask, Verdict verdict, String reason) {
    decide(ask.key(), ask.after(), verdict, reason, ask.cause());
  }

  private void decide(
      String ref, Optional<String> sha, Verdict verdict, String reason, String cause) {
    decided.add(new Decision(ref, sha, verdict, reason, Optional.empty(), cause));
  }

  private String lane() {
    return "repository/" + repository;
  }
}
