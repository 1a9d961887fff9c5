package io.windlass.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.journal.Parcel.Event;
import io.windlass.engine.journal.Parcel.State;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Effects and timers, over restarts. */
class JournalWorkTest {
  @TempDir Path directory;
  private final HandClock clock = new HandClock();
  final Carrier carrier = new Carrier();
  private Database database;
  Journal journal;

  @BeforeEach
  void open() {
    database = Database.open(settings());
    journal = new Journal(database, clock);
    journal.register(new Parcel(), carrier);
  }

  @AfterEach
  void close() {
    journal.close();
    database.close();
  }

  /** The store to test on; the same throughout a test. */
  DatabaseSettings settings() {
    return DatabaseSettings.in(directory);
  }

  private void restart() {
    close();
    open();
    journal.start();
  }

  @Test
  void effectsOfALaneAreDoneOneAtATimeInTheOrderOfTheirEvents() {
    var order = new CopyOnWriteArrayList<String>();
    var now = new AtomicInteger();
    carrier.way =
        (id, work) -> {
          assertThat(now.incrementAndGet()).isEqualTo(1);
          order.add(id.subject().key());
          Thread.yield();
          now.decrementAndGet();
          return Carrier.AT_ONCE.carry(id, work);
        };
    journal.start();
    for (int i = 0; i < 50; i++) {
      journal.tell(Parcel.subject("p" + i % 5), new Event.Send("road"), "key " + i);
    }

    await().until(() -> order.size() == 50);
    for (int i = 0; i < 50; i++) {
      assertThat(order.get(i)).isEqualTo("p" + i % 5);
    }
  }

  @Test
  void lanesDoNotWaitForEachOtherButForTheLimitOfTheirType() {
    var release = new CountDownLatch(1);
    carrier.limit = 3;
    carrier.way =
        (id, work) -> {
          release.await();
          return Carrier.AT_ONCE.carry(id, work);
        };
    journal.start();
    for (int i = 0; i < 10; i++) {
      journal.tell(Parcel.subject("p" + i), new Event.Send("lane " + i), "key");
    }

    await().until(() -> carrier.calls.size() == 3);
    assertThat(journal.pendingEffects()).isEqualTo(10);
    release.countDown();
    await().until(() -> journal.pendingEffects() == 0);
    assertThat(carrier.calls).hasSize(10);
  }

  @Test
  void anAttemptThatThrowsIsRepeatedUnderTheSameIdAndThenGivenUp() {
    carrier.way =
        (_, _) -> {
          throw new IOException("no road");
        };
    journal.start();
    journal.tell(Parcel.subject("a"), new Event.Send("road"), "1");

    await()
        .until(() -> {
          clock.forward(Duration.ofMillis(5));
          journal.clockMoved();
          return journal.history(Parcel.subject("a"), 0, 10).size() == 2;
        });
    assertThat(carrier.calls).hasSize(3).containsOnly(carrier.calls.getFirst());
    assertThat(journal.history(Parcel.subject("a"), 1, 10).getFirst().eventJson())
        .contains("Lost", "no road");
    assertThat(journal.effects(Parcel.subject("a"), 0, 10).getFirst())
        .satisfies(row -> {
          assertThat(row.status()).isEqualTo(EffectRow.Status.GIVEN_UP);
          assertThat(row.error())
              .hasValueSatisfying(error -> assertThat(error).contains("no road"));
        });
  }

  @Test
  void anEffectBeyondItsDeadlineIsInterruptedAndGivenUp() {
    carrier.way =
        (_, _) -> {
          new CountDownLatch(1).await();
          return Optional.empty();
        };
    journal.start();
    journal.tell(
        Parcel.subject("a"), new Event.SendBefore("road", clock.instant().plusSeconds(60)), "1");
    await().until(() -> carrier.calls.size() == 1);

    clock.forward(Duration.ofSeconds(61));
    journal.clockMoved();

    await().until(() -> things("a") == 1);
    assertThat(journal.history(Parcel.subject("a"), 1, 10).getFirst().eventJson())
        .contains("deadline has passed");
  }

  @Test
  void anEffectThatWaitsIsTakenUpAfterARestartUnderTheSameId() {
    carrier.waits = true;
    carrier.way =
        (_, _) -> {
          new CountDownLatch(1).await();
          return Optional.empty();
        };
    journal.start();
    journal.tell(Parcel.subject("a"), new Event.Send("road"), "1");
    await().until(() -> carrier.calls.size() == 1);
    close();
    carrier.way = Carrier.AT_ONCE;

    open();
    journal.start();

    await()
        .until(() ->
            journal.state(Parcel.subject("a"), State.class).orElseThrow()
                instanceof State.Delivered);
    assertThat(carrier.calls).hasSize(2).containsOnly(carrier.calls.getFirst());
  }

  @Test
  void whatWasToldBeforeTheStartIsPerformedAfterIt() {
    journal.tell(Parcel.subject("a"), new Event.Send("road"), "1");
    assertThat(carrier.calls).isEmpty();

    journal.start();

    await().until(() -> carrier.calls.size() == 1);
  }

  @Test
  void aTimerRingsOnceWhenItsTimeHasComeAlsoAfterARestart() {
    journal.start();
    journal.tell(Parcel.subject("a"), new Event.Remind(Duration.ofHours(1)), "1");
    clock.forward(Duration.ofMinutes(59));
    restart();
    assertThat(things("a")).isZero();

    clock.forward(Duration.ofMinutes(2));
    journal.clockMoved();

    await().until(() -> things("a") == 1);
    restart();
    journal.tell(Parcel.subject("a"), new Event.Put("something else"), "2");
    assertThat(things("a")).isEqualTo(2);
  }

  @Test
  void aTimerOfTheSameNameTakesThePlaceOfTheFirst() {
    journal.start();
    journal.tell(Parcel.subject("a"), new Event.Remind(Duration.ofMinutes(1)), "1");
    journal.tell(Parcel.subject("a"), new Event.Remind(Duration.ofMinutes(3)), "2");
    journal.tell(Parcel.subject("b"), new Event.Remind(Duration.ofMinutes(2)), "1");

    clock.forward(Duration.ofMinutes(2));
    journal.clockMoved();
    await().until(() -> things("b") == 1);
    assertThat(things("a")).isZero();

    clock.forward(Duration.ofMinutes(2));
    journal.clockMoved();
    await().until(() -> things("a") == 1);
  }

  @Test
  void aCancelledTimerDoesNotRing() {
    journal.start();
    journal.tell(Parcel.subject("a"), new Event.Remind(Duration.ofMinutes(1)), "1");
    journal.tell(Parcel.subject("a"), new Event.ForgetReminder(), "2");
    journal.tell(Parcel.subject("b"), new Event.Remind(Duration.ofMinutes(2)), "1");

    clock.forward(Duration.ofMinutes(3));
    journal.clockMoved();

    await().until(() -> things("b") == 1);
    assertThat(things("a")).isZero();
  }

  @Test
  void anEventForAnotherSubjectIsToldInTheSameTransaction() {
    var passOn = new Event.PassOn(Parcel.subject("b"), new Event.Put("gift"));
    journal.tell(Parcel.subject("a"), passOn, "1");
    journal.tell(Parcel.subject("a"), passOn, "2");

    assertThat(things("a")).isEqualTo(2);
    assertThat(journal.history(Parcel.subject("b"), 0, 10))
        .extracting(TransitionRow::dedupKey)
        .containsExactly("from a");
  }

  @Test
  void aSubjectWhoseMachineThrowsAtWhatAnotherTellsItIsParkedAndTheOtherGoesOn() {
    journal.start();
    journal.tell(
        Parcel.subject("a"), new Event.PassOn(Parcel.subject("b"), new Event.Explode()), "1");

    assertThat(things("a")).isEqualTo(1);
    assertThat(journal.parked())
        .singleElement()
        .satisfies(parked -> {
          assertThat(parked.subject()).isEqualTo(Parcel.subject("b"));
          assertThat(parked.reason()).contains("boom");
          assertThat(parked.waitingEvents()).isEqualTo(1);
        });
    assertThat(journal.tell(Parcel.subject("b"), new Event.Put("later"), "2"))
        .isEqualTo(TellResult.PARKED);
    assertThatThrownBy(() -> journal.unpark(Parcel.subject("b")))
        .isInstanceOf(MachineException.class);
    assertThat(journal.parked()).hasSize(1);
  }

  @Test
  void aStateThatCannotBeReadParksItsSubjectAndKeepsItsMailUntilAVersionThatCan() {
    journal.start();
    journal.tell(Parcel.subject("a"), new Event.Put("book"), "1");
    journal.tell(Parcel.subject("b"), new Event.Put("book"), "1");
    String good = replaceState("a", "{\"@type\":\"Vanished\"}");

    assertThat(journal.tell(Parcel.subject("a"), new Event.Put("pen"), "2"))
        .isEqualTo(TellResult.PARKED);
    assertThat(journal.tell(Parcel.subject("a"), new Event.Put("pen"), "2"))
        .isEqualTo(TellResult.DUPLICATE);
    assertThat(journal.tell(Parcel.subject("b"), new Event.Put("pen"), "2"))
        .isEqualTo(TellResult.APPLIED);
    restart();
    assertThat(journal.parked()).hasSize(1);

    replaceState("a", good);
    restart();

    assertThat(journal.parked()).isEmpty();
    assertThat(things("a")).isEqualTo(2);
  }

  @Test
  void anEffectThatCannotBeReadParksItsSubjectAndLetsItsLaneGoOn() {
    journal.tell(Parcel.subject("a"), new Event.Send("road"), "1");
    journal.tell(Parcel.subject("b"), new Event.Send("road"), "1");
    database.run(tx ->
        tx.handle()
            .execute(
                "UPDATE journal_effect SET effect = '{\"@type\":\"Fly\"}' WHERE subject = 'a'"));

    journal.start();

    await()
        .until(() ->
            journal.state(Parcel.subject("b"), State.class).orElseThrow()
                instanceof State.Delivered);
    assertThat(journal.parked()).extracting(Parked::subject).containsExactly(Parcel.subject("a"));
    assertThat(carrier.calls).hasSize(1);
  }

  @Test
  void whatIsToldWithinAWriteIsUndoneWithIt() {
    journal.start();
    assertThatThrownBy(() ->
            database.run(tx -> {
              journal.tell(tx, Parcel.subject("a"), new Event.Send("road"), "1");
              throw new IllegalStateException("changed my mind");
            }))
        .hasMessage("changed my mind");

    assertThat(journal.history(Parcel.subject("a"), 0, 10)).isEmpty();
    assertThat(journal.pendingEffects()).isZero();
  }

  @Test
  void trimmingForgetsOldTimelinesButNoStateAndNothingThatIsUnderWay() {
    journal.tell(Parcel.subject("a"), new Event.Put("book"), "1");
    journal.tell(Parcel.subject("a"), new Event.Put("pen"), "2");
    journal.tell(Parcel.subject("b"), new Event.Send("road"), "1");
    journal.tell(Parcel.subject("b"), new Event.Put("book"), "2");
    clock.forward(Duration.ofDays(100));

    assertThat(journal.trim(clock.instant().minus(Duration.ofDays(90)))).isEqualTo(1);

    assertThat(journal.history(Parcel.subject("a"), 0, 10))
        .extracting(TransitionRow::sequence)
        .containsExactly(2L);
    assertThat(journal.history(Parcel.subject("b"), 0, 10)).hasSize(2);
    assertThat(things("a")).isEqualTo(2);
    assertThat(journal.tell(Parcel.subject("a"), new Event.Put("cup"), "3"))
        .isEqualTo(TellResult.APPLIED);
  }

  @Test
  void forgettingLeavesNothingOfWhatIsOldAndIdleAndAllOfTheRest() {
    journal.tell(Parcel.subject("idle"), new Event.Put("book"), "1");
    journal.tell(Parcel.subject("waits"), new Event.Send("road"), "1");
    clock.forward(Duration.ofDays(100));
    journal.tell(Parcel.subject("new"), new Event.Put("book"), "1");

    assertThat(journal.forget(Parcel.KIND, clock.instant().minus(Duration.ofDays(90))))
        .isEqualTo(1);

    assertThat(journal.state(Parcel.subject("idle"), Parcel.State.class)).isEmpty();
    assertThat(journal.history(Parcel.subject("idle"), 0, 10)).isEmpty();
    assertThat(journal.history(Parcel.subject("waits"), 0, 10)).hasSize(1);
    assertThat(things("new")).isEqualTo(1);
    assertThat(journal.tell(Parcel.subject("idle"), new Event.Put("cup"), "1"))
        .isEqualTo(TellResult.APPLIED);
  }

  @Test
  void whatIsStillNeededIsNotForgottenAndDoesNotStopTheRest() {
    for (int i = 0; i < 1200; i++) {
      journal.tell(Parcel.subject("parcel-" + i), new Event.Put("book"), "1");
    }
    clock.forward(Duration.ofDays(100));

    int forgotten =
        journal.forget(
            Parcel.KIND,
            clock.instant().minus(Duration.ofDays(90)),
            (_, subject) -> subject.key().endsWith("7"));

    assertThat(forgotten).isEqualTo(120);
    assertThat(journal.state(Parcel.subject("parcel-1187"), Parcel.State.class)).isEmpty();
    assertThat(things("parcel-1188")).isEqualTo(1);
  }

  @Test
  void aProjectionIsInStepWithTheStateAndCanRefuseATransition() {
    journal.close();
    journal = new Journal(database, clock);
    journal.register(
        new Parcel(),
        carrier,
        (Projection<State>)
            (tx, subject, before, after, now) -> {
              if (Parcel.things(after) > 2) {
                throw new IllegalStateException("too heavy");
              }
              tx.handle()
                  .execute(
                      "INSERT INTO windlass_meta (name, value) VALUES (?, ?)",
                      subject.key() + " " + Parcel.things(after),
                      before.map(Parcel::things).orElse(-1));
            });
    journal.tell(Parcel.subject("a"), new Event.Put("book"), "1");
    journal.tell(Parcel.subject("a"), new Event.Put("pen"), "2");
    assertThatThrownBy(() -> journal.tell(Parcel.subject("a"), new Event.Put("anvil"), "3"))
        .hasMessage("too heavy");

    assertThat(things("a")).isEqualTo(2);
    List<String> rows =
        database.read(tx ->
            tx.handle()
                .select("SELECT value FROM windlass_meta WHERE name LIKE 'a %' ORDER BY name")
                .mapTo(String.class)
                .list());
    assertThat(rows).containsExactly("-1", "1");
  }

  @Test
  void anEffectsNameIsDifferentInADifferentDataDirectory() {
    journal.start();
    journal.tell(Parcel.subject("a"), new Event.Send("road"), "1");
    await().until(() -> carrier.calls.size() == 1);
    try (var other = Database.open(DatabaseSettings.in(directory.resolve("other")));
        var second = new Journal(other, clock)) {
      second.register(new Parcel(), carrier);
      second.start();
      second.tell(Parcel.subject("a"), new Event.Send("road"), "1");
      await().until(() -> carrier.calls.size() == 2);
    }

    List<EffectId> calls = carrier.calls;
    assertThat(calls.get(0)).hasToString(calls.get(1).toString());
    assertThat(calls.get(0).name()).matches("[0-9a-f]{32}").isNotEqualTo(calls.get(1).name());
  }

  private String replaceState(String key, String state) {
    return database.write(tx -> {
      String before =
          tx.handle()
              .select("SELECT state FROM journal_subject WHERE subject = ?", key)
              .mapTo(String.class)
              .one();
      tx.handle().execute("UPDATE journal_subject SET state = ? WHERE subject = ?", state, key);
      return before;
    });
  }

  private int things(String key) {
    return journal.state(Parcel.subject(key), State.class).map(Parcel::things).orElse(0);
  }
}
