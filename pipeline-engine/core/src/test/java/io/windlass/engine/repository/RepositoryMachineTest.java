package io.windlass.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Transition;
import io.windlass.engine.repository.Decision.Verdict;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.Sha;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RepositoryMachineTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final RepositoryName SHOP = RepositoryName.of("acme/shop");
  private static final String A = "a".repeat(40);
  private static final String B = "b".repeat(40);
  private static final String C = "c".repeat(40);
  private final RepositoryMachine machine = new RepositoryMachine();
  private RepositoryState state = machine.initial("acme/shop");

  private Transition<RepositoryState, RepositoryEffect> hear(RepositoryEvent event) {
    Transition<RepositoryState, RepositoryEffect> transition = machine.on(state, event, NOW);
    state = transition.state();
    return transition;
  }

  private Transition<RepositoryState, RepositoryEffect> push(
      String before, String after, boolean forced) {
    return hear(new RepositoryEvent.Arrived("guid", pushed(before, after, forced)));
  }

  private static Intent.Pushed pushed(String before, String after, boolean forced) {
    boolean deleted = after.equals(Sha.NONE);
    return new Intent.Pushed(
        SHOP,
        Ref.branch("main"),
        before,
        after,
        forced,
        before.equals(Sha.NONE),
        deleted,
        deleted ? Optional.empty() : Optional.of(after),
        List.of(),
        0,
        "ada",
        Ref.branch("main"));
  }

  private Verdict verdict() {
    return state.decided().getLast().verdict();
  }

  private void pull(boolean fork, String sha) {
    var pull =
        new Intent.PullRequest(
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
    hear(new RepositoryEvent.Arrived("guid", new Intent.PullRequestOpened(SHOP, pull)));
  }

  @Test
  void aPushIsRead() {
    assertThat(push(A, B, false).effects()).hasSize(1);
    assertThat(state.heads().get("refs/heads/main").sha()).isEqualTo(B);
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
    push(Sha.NONE, A, false);

    hear(
        new RepositoryEvent.Resolved(
            state.lastAsk(), new Resolution.Late("older"), Optional.empty()));

    assertThat(state.heads().get("refs/heads/main").sha()).isEqualTo(C);
  }

  @Test
  void aDeletedBranchIsForgottenAndCancelsNothing() {
    push(A, B, false);

    var transition = push(B, Sha.NONE, false);

    assertThat(transition.tells()).isEmpty();
    assertThat(transition.effects()).isEmpty();
    assertThat(state.heads()).isEmpty();
  }

  @Test
  void aPullRequestFromAForkIsRecordedAndRefusedWithTheReason() {
    pull(true, B);

    assertThat(verdict()).isEqualTo(Verdict.REFUSED);
    assertThat(state.decided().getLast().reason()).contains("forks").contains("eve/shop");
    assertThat(state.open()).isEmpty();
  }

  @Test
  void aPullRequestOfTheSameRepositoryIsReadOnceForEachHead() {
    pull(false, B);
    pull(false, B);
    assertThat(state.open()).hasSize(1);

    pull(false, C);

    assertThat(state.open()).hasSize(2);
  }

  @Test
  void whatIsThereWhenARepositoryIsFirstLookedAtIsOldAndNotMissed() {
    assertThat(hear(new RepositoryEvent.HeadsObserved(0, Map.of("refs/heads/main", A))).effects())
        .isEmpty();
    assertThat(push(Sha.NONE, A, false).effects()).as("but a push of it is run").hasSize(1);
  }

  @Test
  void whatMovedWhileNobodyListenedIsDecidedNow() {
    hear(new RepositoryEvent.HeadsObserved(0, Map.of("refs/heads/main", A)));

    var transition =
        hear(
            new RepositoryEvent.HeadsObserved(
                0, Map.of("refs/heads/main", B, "refs/heads/new", C)));

    assertThat(transition.effects()).hasSize(2);
    assertThat(
            hear(new RepositoryEvent.HeadsObserved(
                    2, Map.of("refs/heads/main", B, "refs/heads/new", C)))
                .effects())
        .isEmpty();
  }

  @Test
  void aLookThatBeganBeforeAPushDoesNotUndoIt() {
    hear(new RepositoryEvent.HeadsObserved(0, Map.of("refs/heads/main", A)));
    push(A, B, false);

    assertThat(hear(new RepositoryEvent.HeadsObserved(0, Map.of("refs/heads/main", A))).effects())
        .isEmpty();
  }

  @Test
  void aWrongFileMakesARunThatFailedWithItsProblems() {
    push(A, B, false);

    var transition =
        hear(
            new RepositoryEvent.Resolved(
                1,
                new Resolution.Invalid(B, List.of("windlass.yaml:1:1: wrong")),
                Optional.empty()));

    assertThat(transition.tells())
        .singleElement()
        .satisfies(tell -> assertThat(tell.event()).isInstanceOf(RunEvent.BeginInvalid.class));
    assertThat(state.lastRun()).isEqualTo(1);
  }

  @Test
  void aFilteredCommitIsDecidedAndTakesNoNumber() {
    push(A, B, false);

    hear(
        new RepositoryEvent.Resolved(
            1, new Resolution.Filtered("no changed path"), Optional.empty()));

    assertThat(verdict()).isEqualTo(Verdict.FILTERED);
    assertThat(state.lastRun()).isZero();
    assertThat(push(A, B, false).effects()).isEmpty();
  }

  @Test
  void anAnswerThatComesTwiceCountsOnce() {
    push(A, B, false);
    hear(
        new RepositoryEvent.Resolved(
            1, new Resolution.Invalid(B, List.of("wrong")), Optional.empty()));

    assertThat(
            hear(new RepositoryEvent.Resolved(
                    1, new Resolution.Invalid(B, List.of("wrong")), Optional.empty()))
                .tells())
        .isEmpty();
  }
}
