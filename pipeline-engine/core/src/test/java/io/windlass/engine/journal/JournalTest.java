package io.windlass.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.journal.Parcel.Event;
import io.windlass.engine.journal.Parcel.State;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JournalTest {
  @TempDir Path directory;
  private Database database;
  private Journal journal;
  private final Carrier carrier = new Carrier();

  @BeforeEach
  void open() {
    database = Database.open(DatabaseSettings.in(directory));
    journal = new Journal(database, InstantSource.system());
    journal.register(new Parcel(), carrier);
  }

  @AfterEach
  void close() {
    journal.close();
    database.close();
  }

  @Test
  void anEventChangesTheStateAndIsOnTheTimeline() {
    assertThat(journal.tell(Parcel.subject("a"), new Event.Put("book"), "1"))
        .isEqualTo(TellResult.APPLIED);

    assertThat(journal.state(Parcel.subject("a"), State.class))
        .hasValueSatisfying(state -> assertThat(Parcel.things(state)).isEqualTo(1));
    assertThat(journal.history(Parcel.subject("a"), 0, 10))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.sequence()).isEqualTo(1);
          assertThat(row.event()).isEqualTo("Put");
          assertThat(row.eventJson()).isEqualTo("{\"@type\":\"Put\",\"thing\":\"book\"}");
          assertThat(row.state()).isEqualTo("Packed");
        });
  }

  @Test
  void anEventIsAppliedOnceUnderItsKey() {
    journal.tell(Parcel.subject("a"), new Event.Put("book"), "1");

    assertThat(journal.tell(Parcel.subject("a"), new Event.Put("book"), "1"))
        .isEqualTo(TellResult.DUPLICATE);
    assertThat(things("a")).isEqualTo(1);
  }

  @Test
  void theResultOfAnEffectIsTheNextEvent() {
    journal.start();
    journal.tell(Parcel.subject("a"), new Event.Put("book"), "1");
    journal.tell(Parcel.subject("a"), new Event.Send("road"), "2");

    await()
        .until(() ->
            journal.state(Parcel.subject("a"), State.class).orElseThrow()
                instanceof State.Delivered);
    assertThat(journal.effects(Parcel.subject("a"), 0, 10))
        .singleElement()
        .satisfies(row -> assertThat(row.status()).isEqualTo(EffectRow.Status.DONE));
  }

  @Test
  void aMachineThatThrowsRefusesTheEventAndKeepsNothing() {
    assertThatThrownBy(() -> journal.tell(Parcel.subject("a"), new Event.Explode(), "1"))
        .isInstanceOf(MachineException.class)
        .hasMessageContaining("parcel:a")
        .hasMessageContaining("boom");
    assertThat(journal.history(Parcel.subject("a"), 0, 10)).isEmpty();
  }

  private int things(String key) {
    return journal.state(Parcel.subject(key), State.class).map(Parcel::things).orElse(0);
  }
}
