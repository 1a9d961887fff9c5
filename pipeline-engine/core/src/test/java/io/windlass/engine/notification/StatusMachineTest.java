package io.windlass.engine.notification;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Timer;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.source.CommitStatus;
import io.windlass.engine.source.RepositoryName;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StatusMachineTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final RepositoryName SHOP = RepositoryName.of("acme/shop");
  private final StatusMachine machine = new StatusMachine();
  private StatusState state = machine.initial("acme/shop@sha@windlass");

  private static CommitStatus status(String text) {
    return new CommitStatus(
        "1".repeat(40), "windlass", CommitStatus.State.PENDING, text, Optional.empty());
  }

  private Transition<StatusState, StatusEffect> hear(StatusEvent event) {
    Transition<StatusState, StatusEffect> transition = machine.on(state, event, NOW);
    state = transition.state();
    return transition;
  }

  private List<String> sent(StatusEvent event) {
    return hear(event).effects().stream()
        .map(effect -> ((StatusEffect.Send) effect.effect()).status().description())
        .toList();
  }

  private static StatusEvent.Wanted wanted(long order) {
    return new StatusEvent.Wanted(SHOP, order, status("state " + order));
  }

  @Test
  void aStateIsSent() {
    assertThat(sent(wanted(1))).containsExactly("state 1");
  }

  @Test
  void whatComesWhileOneIsSentWaitsAndOnlyTheNewestOfItFollows() {
    sent(wanted(1));

    assertThat(sent(wanted(2))).isEmpty();
    assertThat(sent(wanted(3))).isEmpty();
    assertThat(sent(new StatusEvent.Sent(1))).containsExactly("state 3");
    assertThat(sent(new StatusEvent.Sent(3))).isEmpty();
  }

  @Test
  void anOlderStateIsNeverSentAfterANewerOne() {
    sent(wanted(2));
    sent(new StatusEvent.Sent(2));

    assertThat(sent(wanted(1))).isEmpty();
  }

  @Test
  void aRateLimitIsATimerAndThenTheNewestIsSent() {
    sent(wanted(1));
    Instant until = NOW.plusSeconds(90);

    assertThat(hear(new StatusEvent.Limited(until, "slow down")).timers())
        .containsExactly(Timer.at("again", until, new StatusEvent.Again()));
    assertThat(sent(wanted(2))).isEmpty();
    assertThat(sent(new StatusEvent.Again())).containsExactly("state 2");
  }

  @Test
  void aHostThatIsAwayIsAskedAgainLater() {
    sent(wanted(1));

    assertThat(hear(new StatusEvent.Unreachable("away")).timers()).hasSize(1);
    assertThat(sent(new StatusEvent.Again())).containsExactly("state 1");
  }

  @Test
  void aRefusalIsNotAskedAgain() {
    sent(wanted(1));

    assertThat(sent(new StatusEvent.Refused(1, "no such repository"))).isEmpty();
    assertThat(state.problem()).contains("no such repository");
  }
}
