package io.windlass.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Effect;
import io.windlass.engine.journal.Tell;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.pipeline.Pipeline;
import io.windlass.engine.pipeline.PipelineReader;
import io.windlass.engine.repository.Decision.Verdict;
import io.windlass.engine.repository.RepositoryEvent.Difference;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunMachine;
import io.windlass.engine.run.RunTrigger;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.syntax.Source;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RepositoryMachineTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String MAIN = "refs/heads/main";
  private static final String A = "a".repeat(40);
  private static final String B = "b".repeat(40);
  private static final Intent.PullRequest PULL =
      new Intent.PullRequest(
          7,
          "title",
          "ada",
          A,
          Optional.of(RepositoryName.of("acme/shop")),
          "fix",
          Ref.branch("main"),
          B,
          false,
          false);
  private final RepositoryMachine machine = new RepositoryMachine();
  private RepositoryState state = machine.initial("acme/shop");

  private Transition<RepositoryState, RepositoryEffect> hear(RepositoryEvent event) {
    Transition<RepositoryState, RepositoryEffect> transition = machine.on(state, event, NOW);
    state = transition.state();
    return transition;
  }

  private static Ask ask(RunTrigger.Kind kind) {
    return new Ask(
        1,
        kind,
        MAIN,
        MAIN,
        Optional.of(B),
        Optional.of(A),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        "title",
        "ada",
        "delivery guid");
  }

  private static Pipeline pipeline(String yaml) {
    return PipelineReader.read(new Source("windlass.yaml", yaml)).pipeline().orElseThrow();
  }

  private Transition<RepositoryState, RepositoryEffect> resolve(
      RunTrigger.Kind kind, Resolution resolution) {
    return hear(new RepositoryEvent.Resolved(ask(kind), resolution, Optional.empty()));
  }

  private Transition<RepositoryState, RepositoryEffect> observe(
      boolean whole, Difference... differences) {
    return hear(
        new RepositoryEvent.HeadsObserved(
            List.of(differences), whole, Optional.empty(), Optional.empty()));
  }

  private static Difference moved(String ref, long version, String sha) {
    return new Difference(ref, Optional.of(version), Optional.of(sha));
  }

  private static Difference unheard(String ref, String sha) {
    return new Difference(ref, Optional.empty(), Optional.of(sha));
  }

  @Test
  void aDefaultBranchThatIsNewHasItsSchedulesReadOnceWithoutARun() {
    var look =
        new RepositoryEvent.HeadsObserved(List.of(), true, Optional.of(MAIN), Optional.empty());

    assertThat(hear(look).effects())
        .extracting(Effect::effect)
        .containsExactly(new RepositoryEffect.ReadSchedules("acme/shop", MAIN));
    assertThat(state.defaultBranch()).contains(MAIN);
    assertThat(hear(look).effects()).isEmpty();
    assertThat(state.lastRun()).isZero();
  }

  @Test
  void runsAreNumberedAndTheirRefHearsOfIt() {
    var matched = new Resolution.Matched(B, pipeline("steps: { a: { run: a } }"), "", "");

    assertThat(resolve(RunTrigger.Kind.PUSH, matched).tells())
        .satisfiesExactly(
            begin -> {
              assertThat(begin.to()).isEqualTo(RunMachine.subject(new RunId("acme/shop", 1)));
              assertThat(begin.event()).isInstanceOf(RunEvent.Begin.class);
            },
            numbered ->
                assertThat(numbered)
                    .isEqualTo(
                        new Tell(
                            RefMachine.subject("acme/shop", MAIN),
                            new RefEvent.Numbered(1, false),
                            "run:1")));
    assertThat(state.decided().orElseThrow().run()).contains(1L);
    resolve(RunTrigger.Kind.PUSH, matched);
    assertThat(state.lastRun()).isEqualTo(2);
  }

  @Test
  void theRefHearsThatItsOlderRunIsToEndWhereTheFileSaysSo() {
    var pipeline = pipeline("concurrency: { cancel-superseded: true }\nsteps: { a: { run: a } }");

    assertThat(resolve(RunTrigger.Kind.PUSH, new Resolution.Matched(B, pipeline, "", "")).tells())
        .extracting(Tell::event)
        .contains(new RefEvent.Numbered(1, true));
  }

  @Test
  void aRunThatAPersonAskedForIsNotTheRefs() {
    var matched = new Resolution.Matched(B, pipeline("steps: { a: { run: a } }"), "", "");

    assertThat(resolve(RunTrigger.Kind.MANUAL, matched).tells()).hasSize(1);
  }

  @Test
  void aWrongFileMakesARunThatFailedWithItsProblems() {
    var transition =
        resolve(
            RunTrigger.Kind.PUSH,
            new Resolution.Invalid(B, "", List.of("windlass.yaml:1:1: wrong")));

    assertThat(transition.tells().getFirst().event()).isInstanceOf(RunEvent.BeginInvalid.class);
    assertThat(state.lastRun()).isEqualTo(1);
  }

  @Test
  void aScheduleAsksForTheDefaultBranch() {
    assertThat(hear(new RepositoryEvent.ScheduleFired("0 3 * * *", NOW)).effects()).isEmpty();
    hear(new RepositoryEvent.DefaultBranchNamed(MAIN));

    assertThat(hear(new RepositoryEvent.ScheduleFired("0 3 * * *", NOW)).effects())
        .singleElement()
        .satisfies(effect ->
            assertThat(effect.effect())
                .isInstanceOfSatisfying(
                    RepositoryEffect.Read.class,
                    read -> assertThat(read.ask().ref()).isEqualTo(MAIN)));
  }

  @Test
  void aScheduledRunThatIsFilteredIsDecidedHere() {
    resolve(RunTrigger.Kind.SCHEDULE, new Resolution.Filtered("no schedule"));

    assertThat(state.decided().orElseThrow().verdict()).isEqualTo(Verdict.FILTERED);
    assertThat(state.lastRun()).isZero();
  }

  @Test
  void aLookTellsEachRefTheVersionThatItSaw() {
    observe(true);
    hear(new RepositoryEvent.DefaultBranchNamed(MAIN));

    var gone = new Difference("refs/heads/gone", Optional.of(7L), Optional.empty());
    assertThat(observe(true, moved(MAIN, 3, B), gone, unheard("refs/tags/new", A)).tells())
        .containsExactly(
            new Tell(
                RefMachine.subject("acme/shop", MAIN),
                new RefEvent.Found(Optional.of(3L), Optional.of(B), MAIN),
                "look:2"),
            new Tell(
                RefMachine.subject("acme/shop", "refs/heads/gone"),
                new RefEvent.Found(Optional.of(7L), Optional.empty(), MAIN),
                "look:2"),
            new Tell(
                RefMachine.subject("acme/shop", "refs/tags/new"),
                new RefEvent.Found(Optional.empty(), Optional.of(A), MAIN),
                "look:2"));
  }

  private Transition<RepositoryState, RepositoryEffect> observePulls(
      boolean whole, Optional<Long> version) {
    return hear(
        new RepositoryEvent.PullRequestsObserved(
            List.of(new RepositoryEvent.OpenPullRequest(version, PULL)), whole));
  }

  @Test
  void thePullRequestsOfTheFirstLookAreOldAndLaterOnesAreMissed() {
    var part = observePulls(false, Optional.empty());

    assertThat(part.tells())
        .containsExactly(
            new Tell(
                RefMachine.subject("acme/shop", "refs/pull/7/head"),
                new RefEvent.Seen(A),
                "look:1"));
    assertThat(part.effects())
        .as("another look follows")
        .singleElement()
        .satisfies(effect ->
            assertThat(effect.effect())
                .isEqualTo(new RepositoryEffect.ObservePullRequests("acme/shop")));
    observePulls(true, Optional.empty());
    assertThat(observePulls(true, Optional.empty()).tells())
        .extracting(Tell::event)
        .containsExactly(new RefEvent.PullRequestFound(Optional.empty(), PULL));
    assertThat(state.known()).as("branches are another matter").isFalse();
  }

  @Test
  void whyPullRequestsAreNotSeenIsSaidUntilTheyAre() {
    hear(new RepositoryEvent.PullRequestsUnknown("the token may not"));
    assertThat(state.pullRequestsProblem()).contains("the token may not");
    assertThat(state.problem()).isEmpty();

    observePulls(true, Optional.empty());
    assertThat(state.pullRequestsProblem()).isEmpty();
  }

  @Test
  void theFirstLookTakesWhatItFindsForOldUntilItIsWhole() {
    var part = observe(false, unheard("refs/heads/a", A), moved(MAIN, 1, B));

    assertThat(part.tells())
        .extracting(Tell::event)
        .containsExactly(
            new RefEvent.Seen(A), new RefEvent.Found(Optional.of(1L), Optional.of(B), ""));
    assertThat(part.effects())
        .as("another look follows")
        .singleElement()
        .satisfies(effect -> assertThat(effect.lane()).isEqualTo("repository/acme/shop/heads"));
    assertThat(observe(true, unheard("refs/heads/b", A)).tells())
        .extracting(Tell::event)
        .containsExactly(new RefEvent.Seen(A));
    assertThat(observe(true, unheard("refs/heads/c", A)).tells())
        .extracting(Tell::event)
        .containsExactly(new RefEvent.Found(Optional.empty(), Optional.of(A), ""));
  }
}
