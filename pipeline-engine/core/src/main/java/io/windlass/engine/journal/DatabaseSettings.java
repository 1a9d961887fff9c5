package io.windlass.engine.journal;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the database is, and its limits.
 *
 * @param queue how many writes may wait; more are refused with {@link DatabaseException.Busy}
 * @param group how many waiting writes are committed together at most
 * @param readers how many reads run at a time
 * @param readWait how long a read waits for its turn before it is refused
 */
public record DatabaseSettings(Store store, int queue, int group, int readers, Duration readWait) {
  /** What keeps the rows. */
  public sealed interface Store {
    /** One file, {@code windlass.db}, in a directory that one server owns. */
    record Sqlite(Path directory) implements Store {}

    /** A database of a PostgreSQL server that one Windlass server owns; the URL is JDBC's. */
    record Postgres(String url, String user, String password) implements Store {
      @Override
      public String toString() {
        return "Postgres[url=" + url + ", user=" + user + "]";
      }
    }
  }

  /** SQLite in a directory, with the usual limits. */
  public static DatabaseSettings in(Path directory) {
    return of(new Store.Sqlite(directory));
  }

  public static DatabaseSettings of(Store store) {
    return new DatabaseSettings(store, 4096, 256, 3, Duration.ofSeconds(10));
  }
}
