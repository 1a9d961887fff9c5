package io.windlass.engine.notification;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AlertMachineTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private final AlertMachine machine = new AlertMachine();

  @ParameterizedTest(name = "{0} tells {1}")
  @CsvSource(
      textBlock =
          """
          1:ok,                            ''
          1:tests,                         'FAILURE tests'
          1:tests 2:tests,                 'FAILURE tests'
          1:tests 2:image,                 'FAILURE tests,FAILURE image'
          1:tests 2:ok,                    'FAILURE tests,RECOVERY '
          1:tests 2:ok 3:ok,               'FAILURE tests,RECOVERY '
          2:tests 1:ok,                    'FAILURE tests'
          2:ok 1:tests,                    ''
          1:tests 2:ok 3:tests,            'FAILURE tests,RECOVERY ,FAILURE tests'
          """)
  void eachCauseIsToldOnceAndTheRecoveryToo(String runs, String expected) {
    AlertState state = machine.initial("acme/shop@refs/heads/main");
    List<String> told = new ArrayList<>();
    for (String run : runs.split(" ")) {
      String[] parts = run.split(":");
      Optional<String> failure = Optional.of(parts[1]).filter(cause -> !cause.equals("ok"));
      var ended =
          new AlertEvent.Ended(
              "acme/shop",
              "refs/heads/main",
              Long.parseLong(parts[0]),
              "title",
              failure,
              Optional.empty());
      var transition = machine.on(state, ended, NOW);
      state = transition.state();
      transition.effects().forEach(effect -> told.add(words((AlertEffect.Post) effect.effect())));
    }

    assertThat(String.join(",", told)).isEqualTo(expected);
  }

  private static String words(AlertEffect.Post post) {
    return post.message().kind() + " " + post.message().cause();
  }

  @Test
  void aReturnOutOfReachIsToldAgainUntilItIsTakenAndItsEndIsTold() {
    var message =
        new AlertEvent.Message(
            AlertEvent.Kind.FAILURE,
            "acme/shop",
            "",
            2,
            "title",
            "nobody answers",
            Optional.empty(),
            Optional.of("production"));

    var away = machine.on(machine.initial("key"), new AlertEvent.Away(message), NOW);
    var again = new AlertEvent.Again(message, List.of("1"), 2);
    var back = machine.on(away.state(), new AlertEvent.Back(Optional.of(message)), NOW);
    var ended = machine.on(away.state(), new AlertEvent.Back(Optional.empty()), NOW);

    assertThat(away.effects()).hasSize(1);
    assertThat(machine.on(away.state(), again, NOW).effects()).hasSize(1);
    assertThat(back.effects()).hasSize(1);
    assertThat(machine.on(back.state(), again, NOW).effects()).isEmpty();
    assertThat(ended.effects()).isEmpty();
    assertThat(machine.on(ended.state(), again, NOW).effects()).isEmpty();
  }

  @Test
  void onlyTheAddressThatDidNotTakeItGetsItAgain() {
    var message =
        new AlertEvent.Message(
            AlertEvent.Kind.FAILURE,
            "acme/shop",
            "refs/heads/main",
            1,
            "title",
            "tests",
            Optional.empty());

    var undelivered =
        machine.on(
            machine.initial("key"),
            new AlertEvent.Undelivered(message, List.of("1"), 1, "away"),
            NOW);
    var again =
        machine.on(
            new AlertState(
                1, Optional.of("tests"), undelivered.state().problem(), Optional.empty()),
            new AlertEvent.Again(message, List.of("1"), 2),
            NOW);

    assertThat(undelivered.timers()).hasSize(1);
    assertThat(again.effects())
        .singleElement()
        .satisfies(effect ->
            assertThat(effect.effect()).isEqualTo(new AlertEffect.Post(message, List.of("1"), 2)));
  }

  @ParameterizedTest(name = "a {0} of \"{1}\", tried again while the ref has \"{2}\": {3}")
  @CsvSource(
      textBlock =
          """
          FAILURE,  tests, tests, 1
          FAILURE,  tests, image, 0
          FAILURE,  tests, '',    0
          RECOVERY, '',    '',    1
          RECOVERY, '',    tests, 0
          APPROVAL, half,  half,  1
          APPROVAL, half,  '',    0
          """)
  void whatIsNoLongerTrueIsNotTriedAgain(
      AlertEvent.Kind kind, String cause, String now, int posts) {
    var message =
        new AlertEvent.Message(
            kind, "acme/shop", "refs/heads/main", 1, "title", cause, Optional.empty());
    var state =
        new AlertState(
            2,
            Optional.of(now).filter(text -> !text.isEmpty()),
            Optional.empty(),
            Optional.of(now).filter(text -> !text.isEmpty()));

    var again = machine.on(state, new AlertEvent.Again(message, List.of("1"), 2), NOW);

    assertThat(again.effects()).hasSize(posts);
  }
}
