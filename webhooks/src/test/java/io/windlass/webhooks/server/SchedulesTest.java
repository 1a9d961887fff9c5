package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.repository.Repositories.Scheduled;
import io.windlass.engine.repository.ScheduleEntry;
import io.windlass.engine.repository.ScheduleTimes;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SchedulesTest {
  private static final Instant NOON = Instant.parse("2026-03-02T12:00:30Z");
  private static final Scheduled HOURLY =
      new Scheduled("acme/shop", new ScheduleEntry("0 * * * *", "UTC"));

  @TempDir Path directory;
  private final List<Instant> fired = new ArrayList<>();
  private List<Scheduled> present = List.of(HOURLY);
  private Database database;

  @BeforeEach
  void open() {
    database = Database.open(DatabaseSettings.in(directory));
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** A server that starts at this time and ends again before anything is due. */
  private void server(Instant now) throws Exception {
    try (Clockwork clockwork = new Clockwork()) {
      new Schedules(
              () -> present,
              new ScheduleTimes(database),
              (_, due) -> fired.add(due),
              clockwork,
              () -> now)
          .look();
    }
  }

  @Test
  void ofTheTimesThatPassedWhileNobodyWasThereTheLastIsMadeUpForOnce() throws Exception {
    server(NOON);
    assertThat(fired).isEmpty();

    server(NOON.plus(Duration.ofHours(5)));
    server(NOON.plus(Duration.ofHours(5)));

    assertThat(fired).containsExactly(Instant.parse("2026-03-02T17:00:00Z"));
  }

  @Test
  void whatWasMissedTooLongAgoIsNotMadeUpFor() throws Exception {
    present = List.of(new Scheduled("acme/shop", new ScheduleEntry("0 13 2 3 *", "UTC")));
    server(NOON);

    server(NOON.plus(Schedules.MADE_UP_WITHIN).plus(Duration.ofHours(2)));

    assertThat(fired).isEmpty();
  }

  @Test
  void aScheduleThatIsNewHasMissedNothing() throws Exception {
    server(NOON.plus(Duration.ofDays(1)));

    assertThat(fired).isEmpty();
  }
}
