package io.windlass.webhooks.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DeliveriesTest {
  @TempDir private Path directory;

  @Test
  void oldOnesAreForgottenHoweverManyTheyAre() {
    try (Database database = Database.open(DatabaseSettings.in(directory))) {
      database.run(tx -> {
        for (int i = 0; i < 1300; i++) {
          tx.update(
              "INSERT INTO delivery (id, event, hook, repository, received, bytes, fate, reason)"
                  + " VALUES (?, 'push', '1', 'acme/shop', ?, 2, 'RECORDED', '')",
              "guid-" + i,
              Instant.ofEpochSecond(i));
        }
      });
      Deliveries deliveries = new Deliveries(database);

      assertThat(deliveries.forget(Instant.ofEpochSecond(1298))).isEqualTo(1298);

      assertThat(deliveries.count()).isEqualTo(2);
      assertThat(deliveries.find("guid-1297")).isEmpty();
    }
  }
}
