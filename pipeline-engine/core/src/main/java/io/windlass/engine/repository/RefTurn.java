package io.windlass.engine.repository;

import io.windlass.engine.journal.Transition;
import io.windlass.engine.repository.Decision.Verdict;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunMachine;
import io.windlass.engine.run.RunTrigger;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.Sha;
import java.util.List;
import java.util.Optional;

/**
 * One event's way through the machine of a ref: gathers the next state and what follows from it.
 * Used once, by one thread.
 */
final class RefTurn {
  private final String repository;
  private final String ref;
  private long version;
  private Optional<Head> head;
  private Optional<String> defaultBranch;
  private Optional<Long> repeated;
  private Optional<Decision> decided = Optional.empty();
  private Transition<RefState, RepositoryEffect.Read> rest;

  RefTurn(RefState state) {
    this.repository = state.repository();
    this.ref = state.ref();
    this.version = state.version();
    this.head = state.head();
    this.defaultBranch = state.defaultBranch();
    this.repeated = state.repeated();
    this.rest = Transition.to(state);
  }

  Transition<RefState, RepositoryEffect.Read> transition() {
    var state = new RefState(repository, ref, version, head, defaultBranch, repeated, decided);
    return new Transition<>(state, rest.effects(), rest.timers(), rest.tells());
  }

  void pushed(RefEvent.Pushed push) {
    heardOf(push.defaultBranch(), push.cause());
    Optional<String> after = Optional.of(push.after());
    if (push.deleted()) {
      forget();
      decide(
          Optional.empty(),
          Verdict.DELETED,
          "the ref was deleted; nothing that deploys is cancelled by it",
          push.cause());
      return;
    }
    if (head.filter(last -> last.decided() && last.sha().equals(push.after())).isPresent()) {
      decide(
          after, Verdict.DUPLICATE, "it is the last decided head of the ref already", push.cause());
      return;
    }
    // A branch that was made anew at an old commit looks like a late event here; the next poll
    // finds it.
    boolean movesOn = !push.forced();
    if (movesOn && head.filter(last -> last.earlier().contains(push.after())).isPresent()) {
      decide(
          after,
          Verdict.LATE,
          "a newer commit of the ref was decided before this came",
          push.cause());
      return;
    }
    Optional<Ask.Doubt> doubt =
        head.filter(last -> last.decided() && !push.before().equals(last.sha()))
            .map(last -> new Ask.Doubt(last.all(), push.forced()));
    ask(
        new Ask(
            version + 1,
            RunTrigger.Kind.PUSH,
            ref,
            ref,
            after,
            Optional.of(push.before()).filter(Sha::isObject),
            Optional.empty(),
            doubt,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            push.title(),
            push.author(),
            push.cause()),
        push.defaultBranch());
  }

  void pullRequest(Intent.PullRequest pull, String cause) {
    boolean same = head.filter(last -> last.sha().equals(pull.headSha())).isPresent();
    if (same && !pull.fromFork()) {
      decide(
          Optional.of(pull.headSha()),
          Verdict.DUPLICATE,
          "it is the last decided head of the pull request already",
          cause);
      return;
    }
    // A delivery does not say which head it follows, so that a late one looks like a return.
    Optional<Ask.Doubt> doubt =
        head.filter(Head::decided).map(last -> new Ask.Doubt(last.all(), true));
    askAbout(pull, doubt, cause);
  }

  void pullRequestFound(Optional<Long> seenVersion, Intent.PullRequest pull) {
    if (head.map(Head::version).equals(seenVersion)) {
      askAbout(pull, Optional.empty(), "found missing");
    }
  }

  private void askAbout(Intent.PullRequest pull, Optional<Ask.Doubt> doubt, String cause) {
    Optional<Ref> branch = Ref.parse("refs/heads/" + pull.headBranch());
    if (pull.fromFork()) {
      String from = pull.headRepository().map(Object::toString).orElse("a repository that is gone");
      refuse(pull, "pull requests from forks are not run: this one comes from " + from, cause);
    } else if (branch.isEmpty()) {
      refuse(pull, "the name of its branch is none that Git allows", cause);
    } else {
      ask(
          new Ask(
              version + 1,
              RunTrigger.Kind.PULL_REQUEST,
              ref,
              branch.get().name(),
              Optional.of(pull.headSha()),
              Optional.of(pull.baseSha()).filter(Sha::isObject),
              Optional.of(pull.baseRef().name()),
              doubt,
              Optional.of(pull.number()),
              Optional.empty(),
              Optional.empty(),
              pull.title(),
              pull.author(),
              cause),
          "");
    }
  }

  /** Refused is decided: a look that finds it again has nothing to say. */
  private void refuse(Intent.PullRequest pull, String reason, String cause) {
    version++;
    head = Optional.of(Head.decided(head, pull.headSha(), Optional.empty(), version));
    decide(Optional.of(pull.headSha()), Verdict.REFUSED, reason, cause);
  }

  void seen(String sha) {
    if (head.isEmpty()) {
      version++;
      head = Optional.of(Head.seen(sha, version));
    }
  }

  void found(Optional<Long> seenVersion, Optional<String> sha, String ofRepository) {
    if (!head.map(Head::version).equals(seenVersion)) {
      return;
    }
    if (sha.isEmpty()) {
      forget();
      return;
    }
    ask(
        new Ask(
            version + 1,
            RunTrigger.Kind.PUSH,
            ref,
            ref,
            sha,
            head.map(Head::sha),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            ref,
            "",
            "found missing"),
        ofRepository);
  }

  void resolved(Ask ask, Resolution resolution, Optional<List<ScheduleEntry>> schedules) {
    switch (resolution) {
      case Resolution.Matched _, Resolution.Invalid _, Resolution.Unreadable _ -> {
        if (repeated.equals(Optional.of(ask.version()))) {
          decide(
              ask, Verdict.DUPLICATE, "the commit was decided before, and a late event followed");
          return;
        }
        tell(
            new RepositoryEvent.Resolved(ask, resolution, schedules),
            "resolved:" + ref + "@" + ask.version());
        return;
      }
      case Resolution.Filtered(var reason) -> decide(ask, Verdict.FILTERED, reason);
      case Resolution.NoFile(var reason) -> decide(ask, Verdict.NO_FILE, reason);
      case Resolution.Vanished(var reason) -> decide(ask, Verdict.VANISHED, reason);
      case Resolution.Late(var reason, var standing) -> late(ask, reason, standing);
    }
    schedules.ifPresent(read ->
        tell(new RepositoryEvent.SchedulesRead(read), "schedules:" + ref + "@" + ask.version()));
  }

  /**
   * The ref stood at a newer commit before this event came: that one stays the last decided head.
   * Where its own event came right after this one it was taken for news, and asked about again.
   */
  private void late(Ask ask, String reason, String standing) {
    if (head.filter(last -> last.version() == ask.version()).isPresent()) {
      version++;
      head = Optional.of(Head.decided(head, standing, ask.after(), version));
    } else {
      repeated = head.filter(last -> last.sha().equals(standing)).map(Head::version);
    }
    decide(ask, Verdict.LATE, reason);
  }

  void numbered(long run, boolean cancelsOlder) {
    Optional<Long> older = head.flatMap(Head::run);
    head = head.map(last -> last.with(run));
    if (cancelsOlder && older.isPresent()) {
      rest =
          rest.tell(
              RunMachine.subject(new RunId(repository, older.get())),
              new RunEvent.Superseded(run),
              "superseded:" + run);
    }
  }

  private void ask(Ask ask, String ofRepository) {
    version = ask.version();
    head = Optional.of(Head.decided(head, ask.after().orElseThrow(), ask.before(), version));
    rest =
        rest.effect(
            RepositoryMachine.lane(repository),
            new RepositoryEffect.Read(repository, ask, ofRepository));
  }

  private void forget() {
    version++;
    head = Optional.empty();
  }

  /** The repository hears of its default branch when this ref has heard something new of it. */
  private void heardOf(String named, String cause) {
    Optional<String> now = Optional.of(named);
    if (!defaultBranch.equals(now)) {
      defaultBranch = now;
      tell(new RepositoryEvent.DefaultBranchNamed(named), "default branch by " + cause);
    }
  }

  private void tell(RepositoryEvent event, String dedupKey) {
    rest = rest.tell(RepositoryMachine.subject(repository), event, dedupKey);
  }

  private void decide(Ask ask, Verdict verdict, String reason) {
    decide(ask.after(), verdict, reason, ask.cause());
  }

  private void decide(Optional<String> sha, Verdict verdict, String reason, String cause) {
    decided = Optional.of(new Decision(ref, sha, verdict, reason, Optional.empty(), cause));
  }
}
