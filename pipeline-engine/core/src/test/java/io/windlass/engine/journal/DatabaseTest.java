package io.windlass.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  @TempDir Path directory;

  @Test
  void whatWasWrittenIsThereAfterOpeningAgain() {
    try (var database = Database.open(DatabaseSettings.in(directory))) {
      database.run(tx -> put(tx, "a", "1"));
    }
    try (var database = Database.open(DatabaseSettings.in(directory))) {
      assertThat(get(database, "a")).isEqualTo("1");
    }
  }

  @Test
  void aSecondServerOnTheSameDirectoryIsRefusedWithThePidOfTheFirst() {
    try (var _ = Database.open(DatabaseSettings.in(directory))) {
      assertThatThrownBy(() -> Database.open(DatabaseSettings.in(directory)))
          .isInstanceOf(DatabaseException.InUse.class)
          .hasMessageContaining("already running as pid " + ProcessHandle.current().pid());
    }
  }

  static void put(Tx tx, String name, String value) {
    tx.handle().execute("INSERT INTO windlass_meta (name, value) VALUES (?, ?)", name, value);
  }

  static String get(Database database, String name) {
    return database.read(tx ->
        tx.handle()
            .select("SELECT value FROM windlass_meta WHERE name = ?", name)
            .mapTo(String.class)
            .findOne()
            .orElse("nothing"));
  }
}
