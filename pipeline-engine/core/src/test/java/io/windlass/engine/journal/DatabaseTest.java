package io.windlass.engine.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  private static final Executor VIRTUAL = Thread::startVirtualThread;

  @TempDir Path directory;
  private final List<Integer> groups = new ArrayList<>();
  private final AtomicInteger refused = new AtomicInteger();
  private Database database;

  @BeforeEach
  void open() {
    var settings =
        new DatabaseSettings(
            new DatabaseSettings.Store.Sqlite(directory), 20, 256, 3, Duration.ofSeconds(10));
    database =
        Database.open(
            settings,
            new JournalListener() {
              @Override
              public void committed(int writes, int waiting, Duration took) {
                groups.add(writes);
              }

              @Override
              public void refused() {
                refused.incrementAndGet();
              }
            });
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void theLogIsCopiedIntoTheFileBesideTheWriter() throws Exception {
    String row = "x".repeat(100_000);
    AtomicInteger rows = new AtomicInteger();
    // 16 MiB: half of what the writer would leave in the log.
    for (int i = 0; i < 160; i++) {
      insert("row " + rows.incrementAndGet(), row);
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> {
          insert("row " + rows.incrementAndGet(), "");
          return Files.size(directory.resolve("windlass.db")) > 8 << 20;
        });
  }

  @Test
  void theLogBeginsAnewWhileThereIsNoPause() throws Exception {
    insert("first", "");
    Path log = directory.resolve("windlass.db-wal");
    String salt = salt(log);
    // 36 MiB: a little more than the writer leaves in the log.
    for (int i = 0; i < 180; i++) {
      insert("row " + i, "x".repeat(200_000));
    }
    await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(5))
        .until(() -> {
          insert("little", "");
          insert("little", "changed");
          return !salt(log).equals(salt);
        });
    assertThat(Files.size(log)).isLessThan(60 << 20);
  }

  /** Other numbers stand in the log's header each time that it begins. */
  private static String salt(Path log) throws IOException {
    try (var in = Files.newInputStream(log)) {
      return HexFormat.of().formatHex(in.readNBytes(24), 16, 24);
    }
  }

  private void insert(String name, String value) {
    database.run(tx ->
        tx.update(
            "INSERT INTO windlass_meta (name, value) VALUES (?, ?)"
                + " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            name,
            value));
  }

  @Test
  void manyRowsAreRemovedInShortTransactions() {
    database.run(tx -> {
      for (int i = 0; i < 1234; i++) {
        tx.update("INSERT INTO windlass_meta (name, value) VALUES (?, 'old')", "row " + i);
      }
    });
    List<Integer> parts = new ArrayList<>();

    int removed =
        database.removeInParts(
            (tx, most) -> {
              List<String> part =
                  tx.handle()
                      .createQuery("SELECT name FROM windlass_meta WHERE value = 'old' LIMIT :most")
                      .bind("most", most)
                      .mapTo(String.class)
                      .list();
              parts.add(part.size());
              return part;
            },
            (tx, name) -> tx.update("DELETE FROM windlass_meta WHERE name = ?", name));

    assertThat(removed).isEqualTo(1234);
    assertThat(parts).containsExactly(500, 500, 234);
    assertThat(
            database.<Integer>read(tx ->
                tx.handle()
                    .select("SELECT COUNT(*) FROM windlass_meta WHERE value = 'old'")
                    .mapTo(Integer.class)
                    .one()))
        .isZero();
  }

  @Test
  void whatWasWrittenIsThereAfterOpeningAgain() {
    database.run(tx -> put(tx, "a"));
    close();
    open();

    assertThat(has("a")).isTrue();
  }

  @Test
  void aSecondServerOnTheSameDirectoryIsRefusedWithThePidOfTheFirst() {
    assertThatThrownBy(() -> Database.open(DatabaseSettings.in(directory)))
        .isInstanceOf(DatabaseException.InUse.class)
        .hasMessageContaining("already running as pid " + ProcessHandle.current().pid());
  }

  @Test
  void aWriteThatFailsIsUndoneAloneInItsGroup() {
    var held = holdWriter();
    var good = write("good");
    var bad =
        CompletableFuture.runAsync(
            () ->
                database.run(tx -> {
                  put(tx, "half done");
                  throw new IllegalStateException("changed my mind");
                }),
            VIRTUAL);
    var twice =
        CompletableFuture.runAsync(() -> database.run(tx -> putTwice(tx, "twice")), VIRTUAL);
    var late = write("late");
    held.releaseWhenWaiting(4);

    good.join();
    late.join();
    assertThatThrownBy(bad::join).hasRootCauseMessage("changed my mind");
    assertThatThrownBy(twice::join).cause().isInstanceOf(DatabaseException.Failed.class);
    assertThat(has("good")).isTrue();
    assertThat(has("late")).isTrue();
    assertThat(has("half done")).isFalse();
    assertThat(has("twice")).isFalse();
    assertThat(groups).contains(4);
  }

  @Test
  void whatShouldFollowTheCommitFollowsOnlyACommit() {
    var followed = new ArrayList<String>();
    database.run(tx -> tx.afterCommit(() -> followed.add("kept")));
    assertThatThrownBy(() ->
            database.run(tx -> {
              tx.afterCommit(() -> followed.add("undone"));
              throw new IllegalStateException("no");
            }))
        .hasMessage("no");

    assertThat(followed).containsExactly("kept");
  }

  @Test
  void moreWritesThanMayWaitAreRefusedAtOnce() {
    var held = holdWriter();
    var waiting = new ArrayList<CompletableFuture<Void>>();
    for (int i = 0; i < 20; i++) {
      waiting.add(write("w" + i));
    }
    await().until(() -> held.waiting() == 20);

    assertThatThrownBy(() -> database.run(tx -> put(tx, "too many")))
        .isInstanceOf(DatabaseException.Busy.class)
        .hasMessageContaining("20 writes are waiting");
    assertThat(refused).hasValue(1);

    held.release();
    waiting.forEach(CompletableFuture::join);
    assertThat(has("w19")).isTrue();
  }

  @Test
  void closingFinishesWhatWaitsAndRefusesWhatComesAfter() {
    var held = holdWriter();
    var waiting = write("waiting");
    await().until(() -> held.waiting() == 1);
    var closing = CompletableFuture.runAsync(database::close, VIRTUAL);
    held.release();
    closing.join();

    waiting.join();
    assertThatThrownBy(() -> database.run(tx -> put(tx, "after")))
        .isInstanceOf(DatabaseException.Closed.class);
    assertThatThrownBy(() -> has("waiting")).isInstanceOf(DatabaseException.Closed.class);
    open();
    assertThat(has("waiting")).isTrue();
  }

  @Test
  void aReadSeesNoUnfinishedWriteAndCannotWrite() {
    database.run(tx -> {
      put(tx, "unfinished");
      assertThat(has("unfinished")).isFalse();
    });

    assertThatThrownBy(() -> database.read(tx -> putTwice(tx, "from a read")))
        .isInstanceOf(DatabaseException.ReadOnly.class);
    assertThat(has("unfinished")).isTrue();
  }

  @Test
  void aWriteInsideAWriteIsRefusedInsteadOfWaitingForItself() {
    assertThatThrownBy(() -> database.run(_ -> database.run(tx -> put(tx, "inner"))))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("a write inside a write");
  }

  @Test
  void aFullDiskIsSaidAndWorkGoesOnWhenThereIsRoomAgain() {
    database.run(tx -> tx.handle().execute("PRAGMA max_page_count = 60"));
    assertThatThrownBy(() ->
            database.run(tx -> {
              for (int i = 0; i < 1000; i++) {
                put(tx, "x".repeat(1000) + i);
              }
            }))
        .isInstanceOf(DatabaseException.Full.class)
        .hasMessageContaining("the disk is full");

    database.run(tx -> put(tx, "small"));
    assertThat(has("small")).isTrue();
  }

  @Test
  void aFileThatIsNoDatabaseIsSaid() throws IOException {
    close();
    Files.writeString(directory.resolve("windlass.db"), "this is not a database".repeat(500));
    Files.deleteIfExists(directory.resolve("windlass.db-wal"));

    assertThatThrownBy(this::open).isInstanceOf(DatabaseException.Corrupt.class);
  }

  @Test
  void aCopyIsKeptBeforeAMigrationAndNoneWithoutOne() throws IOException {
    database.run(tx -> put(tx, "precious"));
    close();
    open();
    assertThat(copies()).isEmpty();

    database.run(tx ->
        tx.handle().execute("UPDATE windlass_meta SET value = 'older' WHERE name = 'migrations'"));
    close();
    open();

    assertThat(copies()).hasSize(1);
    assertThat(has("precious")).isTrue();
  }

  @Test
  void aDatabaseOfALaterVersionIsRefused() {
    database.run(tx -> {
      tx.handle().execute("UPDATE windlass_meta SET value = 'later' WHERE name = 'migrations'");
      tx.handle()
          .execute(
              "INSERT INTO flyway_schema_history SELECT 999, '99999', 'future', type, 'V99999__future.sql', checksum,"
                  + " installed_by, installed_on, execution_time, success FROM flyway_schema_history LIMIT 1");
    });
    close();

    assertThatThrownBy(this::open)
        .isInstanceOf(DatabaseException.Unmigrated.class)
        .hasMessageContaining("start that version or restore the copy");
  }

  @Test
  void aCopyCanBeTakenWhileTheServerRuns() {
    database.run(tx -> put(tx, "a"));
    Path other = directory.resolve("other");
    assertThat(other.toFile().mkdir()).isTrue();
    database.copyTo(other.resolve("windlass.db"));

    try (var copy = Database.open(DatabaseSettings.in(other))) {
      int copied = copy.read(tx -> count(tx, "a"));
      assertThat(copied).isEqualTo(1);
    }
  }

  private List<Path> copies() throws IOException {
    try (var files = Files.list(directory)) {
      return files.filter(file -> file.getFileName().toString().contains(".before-")).toList();
    }
  }

  /** A write that lasts until the test lets it go, so that others come to wait behind it. */
  private Held holdWriter() {
    var held = new Held();
    CompletableFuture.runAsync(
        () ->
            database.run(_ -> {
              held.begun.countDown();
              held.awaitRelease();
            }),
        VIRTUAL);
    await().until(() -> held.begun.getCount() == 0);
    return held;
  }

  private final class Held {
    private final CountDownLatch begun = new CountDownLatch(1);
    private final CountDownLatch released = new CountDownLatch(1);

    int waiting() {
      return database.waitingWrites();
    }

    void releaseWhenWaiting(int count) {
      await().until(() -> waiting() == count);
      release();
    }

    void release() {
      released.countDown();
    }

    private void awaitRelease() {
      try {
        released.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e); // closing must not cut a write short
      }
    }
  }

  private CompletableFuture<Void> write(String name) {
    return CompletableFuture.runAsync(() -> database.run(tx -> put(tx, name)), VIRTUAL);
  }

  private static void put(Tx tx, String name) {
    tx.handle().execute("INSERT INTO windlass_meta (name, value) VALUES (?, '')", name);
  }

  private static int putTwice(Tx tx, String name) {
    put(tx, name);
    put(tx, name);
    return 2;
  }

  private boolean has(String name) {
    return database.read(tx -> count(tx, name)) == 1;
  }

  private static int count(Tx tx, String name) {
    return tx.handle()
        .select("SELECT COUNT(*) FROM windlass_meta WHERE name = ?", name)
        .mapTo(Integer.class)
        .one();
  }
}
