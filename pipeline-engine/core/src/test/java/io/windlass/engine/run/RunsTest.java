package io.windlass.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.Journal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunsTest {
  private static final int MANY = 100_000;

  @TempDir Path directory;
  private Database database;
  private Journal journal;
  private Runs runs;

  @BeforeEach
  void open() {
    database = Database.open(DatabaseSettings.in(directory));
    journal = new Journal(database, InstantSource.system());
    runs = new Runs(database, journal, new RunFiles(directory));
    database.run(tx ->
        tx.handle()
            .execute(
                """
                INSERT INTO run (repository, number, kind, ref, sha, title, author, asked_by, status, created)
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)
                SELECT CASE WHEN i %% 2 = 0 THEN 'acme/shop' ELSE 'acme/blog' END, i, 'PUSH', 'refs/heads/main', 'sha' || i, 'title', 'ada', 'delivery',
                  CASE WHEN i %% 1000 = 0 THEN 'FAILED' ELSE 'SUCCEEDED' END, i FROM n
                """
                    .formatted(MANY)));
  }

  @AfterEach
  void close() {
    journal.close();
    database.close();
  }

  @Test
  void theNewestComeFirst() {
    assertThat(runs.list(Runs.Filter.NEWEST))
        .hasSize(50)
        .first()
        .satisfies(run -> assertThat(run.id().number()).isEqualTo(MANY));
  }

  @Test
  void logsOfRunsThatEndedLongAgoGoAndNoOthers() throws Exception {
    database.run(
        tx -> tx.handle().execute("UPDATE run SET ended = number * 1000 WHERE number <> 6"));
    for (long number : List.of(2L, 4L, 6L)) {
      Path log = new RunFiles(directory).log(new RunId("acme/shop", number), "test", 1);
      Files.createDirectories(log.getParent());
      Files.writeString(log, "ok");
    }

    assertThat(runs.forgetLogs(Instant.ofEpochSecond(3))).isEqualTo(1);

    assertThat(directory.resolve("logs/acme/shop")).isDirectoryNotContaining("glob:**/2");
    assertThat(directory.resolve("logs/acme/shop/4/test.1.log")).exists();
    assertThat(directory.resolve("logs/acme/shop/6/test.1.log")).exists();
  }

  @Test
  void runsThatEndedLongAgoAreForgottenButForThoseThatAreNeeded() throws Exception {
    database.run(tx -> {
      tx.handle().execute("UPDATE run SET ended = number WHERE number <> 6");
      tx.handle()
          .execute(
              "INSERT INTO journal_subject (kind, subject, sequence, state, created, changed)"
                  + " SELECT 'run', repository || '#' || number, 1, '{}', number, number FROM run");
    });
    Path log = new RunFiles(directory).log(new RunId("acme/shop", 4), "test", 1);
    Files.createDirectories(log.getParent());
    Files.writeString(log, "ok");
    var needed = new RunId("acme/shop", 2);

    int forgotten = runs.forget(Instant.ofEpochMilli(2001), Set.of(needed));

    assertThat(forgotten)
        .as("all but 2, which is needed, and 6, which has not ended")
        .isEqualTo(1998);
    assertThat(count("SELECT COUNT(*) FROM run")).isEqualTo(MANY - 1998);
    assertThat(count("SELECT COUNT(*) FROM journal_subject WHERE kind = 'run'"))
        .isEqualTo(MANY - 1998);
    assertThat(runs.list(Runs.Filter.NEWEST).getFirst().id().number()).isEqualTo(MANY);
    assertThat(count("SELECT number FROM run ORDER BY id LIMIT 1")).isEqualTo(2);
    assertThat(runs.forgetLogs(Instant.EPOCH)).as("of a run that is no more").isEqualTo(1);
    assertThat(log).doesNotExist();
  }

  private long count(String sql) {
    return database.read(tx -> tx.handle().select(sql).mapTo(Long.class).one());
  }

  @Test
  void pagesFollowEachOtherWithoutAGapOrARepetition() {
    List<Long> numbers = new ArrayList<>();
    Optional<Long> before = Optional.empty();
    for (int page = 0; page < 5; page++) {
      List<RunSummary> listed =
          runs.list(
              new Runs.Filter(
                  Optional.of("acme/shop"),
                  Optional.empty(),
                  Optional.of("refs/heads/main"),
                  Optional.empty(),
                  before,
                  100));
      listed.forEach(run -> numbers.add(run.id().number()));
      before = Optional.of(listed.getLast().position());
    }

    assertThat(numbers)
        .hasSize(500)
        .doesNotHaveDuplicates()
        .startsWith((long) MANY, MANY - 2L)
        .endsWith(MANY - 998L);
  }

  @Test
  void aRareStatusIsFound() {
    var failed =
        new Runs.Filter(
            Optional.empty(),
            Optional.of(RunSummary.Status.FAILED),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            200);

    assertThat(runs.list(failed))
        .hasSize(100)
        .allMatch(run -> run.status() == RunSummary.Status.FAILED);
  }

  @Test
  void listsAreReadByAnIndexAndNotSorted() {
    for (String where :
        List.of(
            "",
            "WHERE repository = 'acme/shop'",
            "WHERE status = 'FAILED' AND id < 500",
            "WHERE ref = 'refs/heads/main'")) {
      List<String> plan =
          database.read(tx ->
              tx.handle()
                  .createQuery(
                      "EXPLAIN QUERY PLAN SELECT * FROM run "
                          + where
                          + " ORDER BY id DESC LIMIT 50")
                  .map((row, context) -> row.getString("detail"))
                  .list());
      assertThat(plan).as(where).noneMatch(line -> line.contains("TEMP B-TREE"));
    }
  }
}
