package io.windlass.engine.repository;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.source.RepositoryName;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepositoriesTest {
  private static final RepositoryName SHOP = RepositoryName.of("acme/shop");

  @TempDir private Path directory;
  private Database database;
  private Journal journal;

  @BeforeEach
  void open() {
    database = Database.open(DatabaseSettings.in(directory));
    journal = new Journal(database, InstantSource.system());
  }

  @AfterEach
  void close() {
    journal.close();
    database.close();
  }

  @Test
  void whatWasMadeOfOldEventsIsForgottenHoweverManyTheyWere() {
    database.run(tx -> {
      for (int i = 0; i < 1300; i++) {
        tx.update(
            "INSERT INTO ref_decision (repository, ref, verdict, reason, asked_by, at)"
                + " VALUES ('acme/shop', 'refs/heads/main', 'LATE', 'older', 'delivery', ?)",
            Instant.ofEpochSecond(i));
      }
    });
    Repositories repositories = new Repositories(database, journal);

    assertThat(repositories.forget(Instant.ofEpochSecond(1298))).isEqualTo(1298);

    assertThat(repositories.decisions(SHOP, Optional.empty(), 200))
        .extracting(Repositories.Decided::at)
        .containsExactly(Instant.ofEpochSecond(1299), Instant.ofEpochSecond(1298));
  }
}
