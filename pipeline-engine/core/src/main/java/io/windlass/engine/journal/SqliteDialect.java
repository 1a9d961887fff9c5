package io.windlass.engine.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteException;

/** One file in a directory, in write-ahead mode, synced at each commit. */
final class SqliteDialect implements Dialect {
  private static final String FILE = "windlass.db";
  private static final String LOCK = "server.lock";
  private static final String COPY = FILE + ".before-";
  private static final String UNPACKED = "org.sqlite.tmpdir";
  private static final int KEPT_COPIES = 3;
  private static final int BUSY_MILLIS = 10_000;

  /**
   * Pages of the log (32 MiB) after which the writer copies the rest of them into the file, and its
   * next commit begins the log anew. Most of them the {@link Checkpoints} have copied by then.
   */
  private static final int CHECKPOINT_PAGES = 8_000;

  /** 8 MiB of pages that the writer keeps: keys are random, and so their pages come back. */
  private static final int CACHE_KIBIBYTES = 8 << 10;

  private final Path directory;
  private final Path file;

  SqliteDialect(Path directory) {
    this.directory = directory.toAbsolutePath();
    this.file = this.directory.resolve(FILE);
  }

  @Override
  public Ownership own() {
    try {
      if (!Files.isDirectory(directory)) {
        Files.createDirectories(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      }
      Ownership ownership = lock(directory.resolve(LOCK));
      unpackInto(directory.resolve("native"));
      return ownership;
    } catch (IOException e) {
      throw new DatabaseException.ReadOnly(
          "Tried to use the data directory '"
              + directory
              + "' but "
              + e
              + "; make it writable for this user",
          e);
    }
  }

  private Ownership lock(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    Optional<FileLock> lock;
    try {
      lock = Optional.ofNullable(channel.tryLock());
    } catch (OverlappingFileLockException _) {
      lock = Optional.empty(); // held by this very process
    }
    if (lock.isEmpty()) {
      String owner = Files.readString(path).strip();
      channel.close();
      throw new DatabaseException.InUse(
          "Tried to use the data directory '"
              + directory
              + "' but Windlass is already running as pid "
              + (owner.isEmpty() ? "unknown" : owner)
              + " on it; stop that server, or choose another data directory");
    }
    channel.truncate(0);
    channel.write(
        ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.UTF_8)),
        0);
    return () -> release(channel);
  }

  /**
   * The driver unpacks its native code into a file of a new name, which a process that is killed
   * leaves behind. Here the next start clears it away.
   */
  private static void unpackInto(Path unpacked) throws IOException {
    Files.createDirectories(unpacked);
    try (DirectoryStream<Path> old = Files.newDirectoryStream(unpacked, "sqlite-*")) {
      for (Path file : old) {
        Files.deleteIfExists(file);
      }
    }
    if (System.getProperty(UNPACKED) == null) {
      System.setProperty(UNPACKED, unpacked.toString());
    }
  }

  private static void release(FileChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      throw new IllegalStateException(
          "Tried to let go of the data directory but " + e.getMessage(), e);
    }
  }

  @Override
  public Connection migrator() throws SQLException {
    return writer();
  }

  @Override
  public Connection writer() throws SQLException {
    var config = config();
    config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
    config.setCacheSize(-CACHE_KIBIBYTES);
    Connection connection = config.createConnection("jdbc:sqlite:" + file);
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA wal_autocheckpoint = " + CHECKPOINT_PAGES);
    }
    connection.setAutoCommit(false);
    return connection;
  }

  @Override
  public Connection reader() throws SQLException {
    Connection connection = config().createConnection("jdbc:sqlite:" + file);
    try (var statement = connection.createStatement()) {
      statement.execute("PRAGMA query_only = ON");
    }
    connection.setAutoCommit(false);
    return connection;
  }

  private static SQLiteConfig config() {
    var config = new SQLiteConfig();
    config.setJournalMode(SQLiteConfig.JournalMode.WAL);
    config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
    config.setBusyTimeout(BUSY_MILLIS);
    config.enforceForeignKeys(true);
    config.setJournalSizeLimit(64 << 20);
    return config;
  }

  @Override
  public Housekeeping housekeeping() {
    return new Checkpoints(() -> config().createConnection("jdbc:sqlite:" + file));
  }

  @Override
  public Map<String, String> placeholders() {
    return Map.of("identity", "INTEGER PRIMARY KEY AUTOINCREMENT", "bytes", "BLOB");
  }

  @Override
  public boolean hasTables(Connection connection) throws SQLException {
    try (var statement = connection.createStatement();
        var rows =
            statement.executeQuery("SELECT 1 FROM sqlite_master WHERE type = 'table' LIMIT 1")) {
      return rows.next();
    }
  }

  @Override
  public void copyBeforeMigration(String name) {
    Path copy = directory.resolve(COPY + name);
    try {
      Files.deleteIfExists(copy);
      copyTo(copy);
      try (var files = Files.list(directory)) {
        var old =
            files
                .filter(path -> path.getFileName().toString().startsWith(COPY))
                .sorted(
                    Comparator.comparingLong((Path path) -> path.toFile().lastModified())
                        .reversed())
                .skip(KEPT_COPIES)
                .toList();
        for (Path path : old) {
          Files.delete(path);
        }
      }
    } catch (IOException e) {
      throw new DatabaseException.Unmigrated(
          "Tried to copy the database to '" + copy + "' before changing its schema but " + e, e);
    }
  }

  @Override
  public void copyTo(Path target) {
    try (Connection connection = config().createConnection("jdbc:sqlite:" + file);
        var statement = connection.prepareStatement("VACUUM INTO ?")) {
      statement.setString(1, target.toString());
      statement.execute();
    } catch (SQLException e) {
      throw serious("copy the database to '" + target + "'", e, false)
          .orElseGet(() ->
              new DatabaseException.Failed(
                  "Tried to copy the database to '" + target + "' but " + e.getMessage(), e));
    }
  }

  @Override
  public Optional<DatabaseException> serious(String tried, SQLException e, boolean committing) {
    String begin = "Tried to " + tried + " (" + file + ") but ";
    int code = e instanceof SQLiteException sqlite ? sqlite.getResultCode().code & 0xff : 0;
    return switch (code) {
      case 13 ->
          Optional.of(
              new DatabaseException.Full(
                  begin + "the disk is full; make room, nothing needs to be repaired", e));
      case 3, 8, 14 ->
          Optional.of(
              new DatabaseException.ReadOnly(
                  begin
                      + "it cannot be written: "
                      + e.getMessage()
                      + "; check owner, mode and mount",
                  e));
      case 11, 26 ->
          Optional.of(
              new DatabaseException.Corrupt(
                  begin + "it is damaged: " + e.getMessage() + "; restore a copy", e));
      case 5, 6 ->
          Optional.of(
              new DatabaseException.Busy(
                  begin + "another process keeps it locked: " + e.getMessage()));
      case 10 ->
          Optional.of(
              committing
                  ? new DatabaseException.Doubtful(
                      begin + "the disk failed while committing: " + e.getMessage(), e)
                  : new DatabaseException.Unavailable(
                      begin + "the disk failed: " + e.getMessage(), e));
      case 7, 9 ->
          Optional.of(
              new DatabaseException.Unavailable(begin + "SQLite gave up: " + e.getMessage(), e));
      default -> Optional.empty();
    };
  }
}
