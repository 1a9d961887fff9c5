package io.windlass.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Tell;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.repository.Decision.Verdict;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunMachine;
import io.windlass.engine.source.CommitInfo;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.Sha;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RefMachineTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final RepositoryName SHOP = RepositoryName.of("acme/shop");
  private static final String MAIN = "refs/heads/main";
  private static final String A = "a".repeat(40);
  private static final String B = "b".repeat(40);
  private static final String C = "c".repeat(40);
  private final RefMachine machine = new RefMachine();
  private RefState state = machine.initial("acme/shop " + MAIN);
  private int deliveries;

  private Transition<RefState, RepositoryEffect.Read> hear(RefEvent event) {
    Transition<RefState, RepositoryEffect.Read> transition = machine.on(state, event, NOW);
    state = transition.state();
    return transition;
  }

  private Transition<RefState, RepositoryEffect.Read> arrive(Intent intent) {
    Tell tell = RefMachine.tell("acme/shop", "guid-" + ++deliveries, intent).orElseThrow();
    assertThat(tell.to()).isEqualTo(RefMachine.subject(state.repository(), state.ref()));
    return hear((RefEvent) tell.event());
  }

  private Transition<RefState, RepositoryEffect.Read> push(
      String before, String after, boolean forced) {
    boolean deleted = after.equals(Sha.NONE);
    return arrive(
        new Intent.Pushed(
            SHOP,
            Ref.branch("main"),
            before,
            after,
            forced,
            before.equals(Sha.NONE),
            deleted,
            deleted ? Optional.empty() : Optional.of(after),
            List.of(new CommitInfo(after, "change the shop", "Ada", Optional.empty())),
            1,
            "ada",
            Ref.branch("main")));
  }

  private Transition<RefState, RepositoryEffect.Read> pull(boolean fork, String sha) {
    return arrive(new Intent.PullRequestOpened(SHOP, pullRequest(fork, sha)));
  }

  private Transition<RefState, RepositoryEffect.Read> found(
      Optional<Long> version, boolean fork, String sha) {
    return hear(new RefEvent.PullRequestFound(version, pullRequest(fork, sha)));
  }

  private static Intent.PullRequest pullRequest(boolean fork, String sha) {
    return new Intent.PullRequest(
        7,
        "title",
        "eve",
        sha,
        Optional.of(RepositoryName.of(fork ? "eve/shop" : "acme/shop")),
        "fix",
        Ref.branch("main"),
        A,
        fork,
        false);
  }

  private Verdict verdict() {
    return state.decided().orElseThrow().verdict();
  }

  private String sha() {
    return state.head().orElseThrow().sha();
  }

  private Ask lastAsk(Transition<RefState, RepositoryEffect.Read> transition) {
    return transition.effects().getLast().effect().ask();
  }

  private Transition<RefState, RepositoryEffect.Read> resolve(Ask ask, Resolution resolution) {
    return hear(new RefEvent.Resolved(ask, resolution, Optional.empty()));
  }

  @Test
  void aPushIsReadInItsRepositorysLane() {
    assertThat(push(A, B, false).effects())
        .singleElement()
        .satisfies(effect -> {
          assertThat(effect.lane()).isEqualTo("repository/acme/shop");
          assertThat(effect.effect().ask().title()).isEqualTo("change the shop");
          assertThat(effect.effect().ask().cause()).isEqualTo("delivery guid-1");
        });
    assertThat(sha()).isEqualTo(B);
  }

  @Test
  void theRepositoryHearsOfItsDefaultBranchOnce() {
    assertThat(push(A, B, false).tells())
        .extracting(Tell::event)
        .containsExactly(new RepositoryEvent.DefaultBranchNamed(MAIN));
    assertThat(push(B, C, false).tells()).isEmpty();
  }

  @Test
  void theLastDecidedHeadMakesNoSecondRun() {
    push(A, B, false);

    assertThat(push(A, B, false).effects()).isEmpty();
    assertThat(verdict()).isEqualTo(Verdict.DUPLICATE);
  }

  @Test
  void aForcedReturnToAnOlderCommitIsRun() {
    push(A, B, false);
    push(B, C, false);

    assertThat(push(C, B, true).effects()).hasSize(1);
  }

  @Test
  void anEventThatIsOvertakenIsLate() {
    push(B, C, false);

    assertThat(push(A, B, false).effects()).isEmpty();
    assertThat(verdict()).isEqualTo(Verdict.LATE);
  }

  @Test
  void aLateCommitThatGitKnowsGivesTheHeadBackToTheNewerOne() {
    push(B, C, false);
    var ask = lastAsk(push(Sha.NONE, A, false));

    resolve(ask, new Resolution.Late("older", C));

    assertThat(sha()).isEqualTo(C);
    assertThat(verdict()).isEqualTo(Verdict.LATE);
  }

  @Test
  void aLateAnswerLeavesAHeadAloneThatMovedMeanwhile() {
    push(B, C, false);
    var ask = lastAsk(push(Sha.NONE, A, false));
    push(A, B, true);

    resolve(ask, new Resolution.Late("older", C));

    assertThat(sha()).isEqualTo(B);
  }

  @Test
  void whereAnEventDoesNotBeginAtTheHeadTheReaderIsToldWhatWasDecided() {
    push(A, B, false);

    assertThat(lastAsk(push(B, C, false)).doubt()).isEmpty();
    assertThat(lastAsk(push(A, "d".repeat(40), true)).doubt())
        .contains(new Ask.Doubt(List.of(C, B, A), true));
  }

  @Test
  void aDeletedBranchIsForgottenAndCancelsNothing() {
    push(A, B, false);

    var transition = push(B, Sha.NONE, false);

    assertThat(transition.tells()).isEmpty();
    assertThat(transition.effects()).isEmpty();
    assertThat(state.head()).isEmpty();
    assertThat(push(Sha.NONE, B, false).effects()).as("made anew, it is run again").hasSize(1);
  }

  @Test
  void aPullRequestFromAForkIsRecordedAndRefusedWithTheReason() {
    state = machine.initial("acme/shop refs/pull/7/head");

    assertThat(pull(true, B).effects()).isEmpty();
    assertThat(verdict()).isEqualTo(Verdict.REFUSED);
    assertThat(state.decided().orElseThrow().reason()).contains("forks").contains("eve/shop");
  }

  @Test
  void aPullRequestOfTheSameRepositoryIsReadOnceForEachHead() {
    state = machine.initial("acme/shop refs/pull/7/head");

    assertThat(pull(false, B).effects()).hasSize(1);
    assertThat(pull(false, B).effects()).isEmpty();
    assertThat(pull(false, C).effects()).hasSize(1);
  }

  @Test
  void aPullRequestThatNobodyAnnouncedIsDecidedOnceAsItIsFound() {
    state = machine.initial("acme/shop refs/pull/7/head");

    var ask = lastAsk(found(Optional.empty(), false, B));

    assertThat(ask.after()).contains(B);
    assertThat(ask.base()).contains(MAIN);
    assertThat(ask.pullRequest()).contains(7L);
    assertThat(ask.cause()).isEqualTo("found missing");
    assertThat(pull(false, B).effects()).as("its delivery comes after all").isEmpty();
    assertThat(verdict()).isEqualTo(Verdict.DUPLICATE);
  }

  @Test
  void aLookThatBeganBeforeAPullRequestsDeliveryDoesNotUndoIt() {
    state = machine.initial("acme/shop refs/pull/7/head");
    pull(false, C);

    assertThat(found(Optional.empty(), false, B).effects()).isEmpty();
    assertThat(sha()).isEqualTo(C);
  }

  @Test
  void aPullRequestOfAForkIsRefusedWhereItIsFoundAndThenDecided() {
    state = machine.initial("acme/shop refs/pull/7/head");

    assertThat(found(Optional.empty(), true, B).effects()).isEmpty();
    assertThat(verdict()).isEqualTo(Verdict.REFUSED);
    assertThat(state.head().filter(Head::decided).map(Head::sha)).contains(B);
  }

  @Test
  void aDeliveryOfAPullRequestWithAnotherHeadThanTheDecidedOneMayBeLate() {
    state = machine.initial("acme/shop refs/pull/7/head");
    assertThat(lastAsk(found(Optional.empty(), false, C)).doubt()).isEmpty();

    var ask = lastAsk(pull(false, B));
    assertThat(ask.doubt()).contains(new Ask.Doubt(List.of(C, A), true));

    resolve(ask, new Resolution.Late("the ref names it", C));
    assertThat(sha()).isEqualTo(C);
  }

  @Test
  void twoLateDeliveriesInARowBringNoSecondRunOfTheNewerCommit() {
    state = machine.initial("acme/shop refs/pull/7/head");
    found(Optional.empty(), false, C);
    var older = lastAsk(pull(false, B));
    var newer = lastAsk(pull(false, C));

    resolve(older, new Resolution.Late("the ref names it", C));
    var transition = resolve(newer, new Resolution.Unreadable("stands for any that makes a run"));

    assertThat(transition.tells()).isEmpty();
    assertThat(verdict()).isEqualTo(Verdict.DUPLICATE);
    assertThat(sha()).isEqualTo(C);
  }

  @Test
  void whatIsThereWhenARepositoryIsFirstLookedAtIsOldAndNotMissed() {
    assertThat(hear(new RefEvent.Seen(A)).effects()).isEmpty();
    assertThat(push(Sha.NONE, A, false).effects()).as("but a push of it is run").hasSize(1);
  }

  @Test
  void whatMovedWhileNobodyListenedIsDecidedNow() {
    hear(new RefEvent.Seen(A));
    Optional<Long> version = state.head().map(Head::version);

    var transition = hear(new RefEvent.Found(version, Optional.of(B), MAIN));

    assertThat(lastAsk(transition).after()).contains(B);
    assertThat(lastAsk(transition).before()).contains(A);
    assertThat(sha()).isEqualTo(B);
  }

  @Test
  void aLookThatBeganBeforeAPushDoesNotUndoIt() {
    push(Sha.NONE, A, false);
    Optional<Long> version = state.head().map(Head::version);
    push(A, B, false);

    assertThat(hear(new RefEvent.Found(version, Optional.of(A), MAIN)).effects()).isEmpty();
    assertThat(hear(new RefEvent.Found(Optional.empty(), Optional.of(A), MAIN)).effects())
        .isEmpty();
    hear(new RefEvent.Found(version, Optional.empty(), MAIN));
    assertThat(sha()).isEqualTo(B);
  }

  @Test
  void aLookThatBeganBeforeADeletionDoesNotUndoIt() {
    push(Sha.NONE, A, false);
    Optional<Long> version = state.head().map(Head::version);
    push(A, Sha.NONE, false);

    assertThat(hear(new RefEvent.Found(version, Optional.of(B), MAIN)).effects()).isEmpty();
  }

  @Test
  void aRefThatIsGoneIsForgotten() {
    push(Sha.NONE, A, false);

    hear(new RefEvent.Found(state.head().map(Head::version), Optional.empty(), MAIN));

    assertThat(state.head()).isEmpty();
  }

  @Test
  void whatMakesARunIsNumberedByTheRepository() {
    var ask = lastAsk(push(A, B, false));
    var invalid = new Resolution.Invalid(B, "", List.of("windlass.yaml:1:1: wrong"));

    assertThat(resolve(ask, invalid).tells())
        .singleElement()
        .satisfies(tell -> {
          assertThat(tell.to()).isEqualTo(RepositoryMachine.subject("acme/shop"));
          assertThat(tell.event())
              .isEqualTo(new RepositoryEvent.Resolved(ask, invalid, Optional.empty()));
        });
  }

  @Test
  void aFilteredCommitIsDecidedAndTakesNoNumber() {
    var ask = lastAsk(push(A, B, false));

    assertThat(resolve(ask, new Resolution.Filtered("no changed path")).tells()).isEmpty();
    assertThat(verdict()).isEqualTo(Verdict.FILTERED);
    assertThat(push(A, B, false).effects()).isEmpty();
  }

  @Test
  void theSchedulesOfACommitThatMakesNoRunAreTold() {
    var ask = lastAsk(push(A, B, false));
    var schedules = List.of(new ScheduleEntry("0 3 * * *", "UTC"));

    var transition =
        hear(
            new RefEvent.Resolved(ask, new Resolution.Filtered("no push"), Optional.of(schedules)));

    assertThat(transition.tells())
        .extracting(Tell::event)
        .containsExactly(new RepositoryEvent.SchedulesRead(schedules));
  }

  @Test
  void aNewRunEndsTheOneBeforeItWhereTheFileSaysSo() {
    push(A, B, false);
    assertThat(hear(new RefEvent.Numbered(3, true)).tells()).isEmpty();
    assertThat(hear(new RefEvent.Numbered(4, false)).tells()).isEmpty();

    assertThat(hear(new RefEvent.Numbered(5, true)).tells())
        .containsExactly(
            new Tell(
                RunMachine.subject(new RunId("acme/shop", 4)),
                new RunEvent.Superseded(5),
                "superseded:5"));
  }

  @Test
  void theStateDoesNotGrowWithTraffic() {
    String before = Sha.NONE;
    int early = 0;
    for (int i = 1; i <= 1_000; i++) {
      String after = "%040x".formatted(i);
      push(before, after, false);
      before = after;
      if (i == 100) {
        early = state.toString().length();
      }
    }

    assertThat(state.toString()).hasSizeLessThan(early + 20);
  }
}
