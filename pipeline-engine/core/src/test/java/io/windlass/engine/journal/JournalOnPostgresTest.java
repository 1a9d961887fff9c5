package io.windlass.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The journal's contract on PostgreSQL: what is true on SQLite is true here. */
@Tag("long")
class JournalOnPostgresTest extends JournalWorkTest {
  private static @Nullable PostgresServer server;
  private @Nullable DatabaseSettings settings;

  @BeforeAll
  static void start() {
    server = PostgresServer.start();
  }

  @AfterAll
  static void stop() throws IOException {
    if (server != null) {
      server.close();
    }
  }

  private static PostgresServer server() {
    return Objects.requireNonNull(server);
  }

  @BeforeEach
  @Override
  void open() {
    if (settings == null) {
      settings = server().newDatabase();
    }
    super.open();
  }

  @Override
  DatabaseSettings settings() {
    return Objects.requireNonNull(settings);
  }

  @Test
  void aSecondServerOnTheSameDatabaseIsRefused() {
    assertThatThrownBy(() -> Database.open(settings()))
        .isInstanceOf(DatabaseException.InUse.class)
        .hasMessageContaining("another Windlass is already running");
  }

  @Test
  void aServerWhoseConnectionsBrokeStillOwnsItsDatabaseWhenItIsTheFirstToWrite() {
    journal.start();
    server().breakConnections();
    await()
        .until(() -> {
          try {
            journal.tell(Parcel.subject("a"), new Parcel.Event.Put("thing"), "1");
            return true;
          } catch (DatabaseException.Unavailable e) {
            return false;
          }
        });

    assertThatThrownBy(() -> Database.open(settings())).isInstanceOf(DatabaseException.InUse.class);
  }

  @Test
  void whereAnotherServerWasFirstItWritesNothingUntilThatOneIsGoneAndThenGoesOnWithItsWork() {
    journal.start();
    server().breakConnections();
    try (Database other = Database.open(settings());
        Journal theirs = new Journal(other, new HandClock())) {
      theirs.register(new Parcel(), new Carrier());
      theirs.tell(Parcel.subject("a"), new Parcel.Event.Send("road"), "1");

      await()
          .untilAsserted(() ->
              assertThatThrownBy(
                      () -> journal.tell(Parcel.subject("b"), new Parcel.Event.Put("thing"), "1"))
                  .isInstanceOf(DatabaseException.InUse.class)
                  .hasMessageContaining("another Windlass took it"));
      assertThat(carrier.calls).isEmpty();
    }

    await().until(() -> carrier.calls.size() == 1);
    await()
        .untilAsserted(() ->
            assertThat(journal.state(Parcel.subject("a"), Parcel.State.class))
                .hasValueSatisfying(
                    state -> assertThat(state).isInstanceOf(Parcel.State.Delivered.class)));
  }
}
