package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.run.StepContainer;
import io.windlass.engine.run.StepLimits;
import io.windlass.engine.run.StepTask;
import io.windlass.engine.secret.SecretValue;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log is copied whole and once, however often the copying breaks off. */
final class StepLogTest {
  private static final Instant BEGIN = Instant.parse("2026-03-01T10:00:00.250Z");

  @TempDir private Path folder;
  private final ClusterLog cluster = new ClusterLog();
  private StepTask task;

  @BeforeEach
  void makeTask() {
    task =
        new StepTask(
            "acme.shop-1-0a1b2c3d-test-1",
            folder,
            List.of(),
            List.of("true"),
            Map.of(),
            Map.of(
                "TOKEN", SecretValue.of("first-half\nsecond-half-of-it"),
                "KEY", SecretValue.of("ab\ncd\nef")),
            StepContainer.NONE,
            folder.resolve("log"),
            new StepLimits(Duration.ofMinutes(1), 1 << 20, 0, 0));
  }

  @Test
  void whatAServerHadCopiedIsNotCopiedAgainByTheNext() throws Exception {
    cluster.add("one", 0);
    cluster.add("two", 0);
    copy();
    cluster.add("three", 100);
    cluster.add("four", 2100);

    copy();

    assertThat(task.logFile()).hasContent("one\ntwo\nthree\nfour\n");
  }

  @Test
  void aSecretIsFoundAcrossTheLinesOfAnotherProgram() throws Exception {
    try (StepLog log = StepLog.open(task)) {
      log.lastLines("db", "no key:\nab\ncd\nef\nat all");
    }

    assertThat(task.logFile()).hasContent("db: no key:\ndb: ***\ndb: at all\n");
  }

  @Test
  void aSecretThatBeganBeforeTheLastLinesIsFound() throws Exception {
    String before = "line\n".repeat(100);
    try (StepLog log = StepLog.open(task)) {
      log.lastLines("db", before + "ab\ncd\nef\n" + "last\n".repeat(18) + "end");
    }

    assertThat(Files.readAllLines(task.logFile()))
        .hasSize(20)
        .startsWith("db: ***", "db: last")
        .endsWith("db: end");
  }

  @Test
  void aLineThatBrokeOffGoesOnWhereItDid() throws Exception {
    cluster.add("a line that is long", 0);
    cluster.add("another", 0);
    try (StepLog log = StepLog.open(task)) {
      log.copy(cluster.upTo(40));
      log.copy(cluster);
    }

    assertThat(task.logFile()).hasContent("a line that is long\nanother\n");
  }

  @Test
  void aLineStampedInASecondThatHadNoneIsNotLeftOut() throws Exception {
    cluster.add("one", 2000);
    copy();
    cluster.add("two, from the other output", 0, 300);

    copy();

    assertThat(task.logFile()).hasContent("one\ntwo, from the other output\n");
  }

  @Test
  void aServerThatWasKilledLeavesNoLineOutAndNoneTwice() throws Exception {
    cluster.add("one", 0);
    copy();
    Path mark = folder.resolve("log.mark");
    byte[] marked = Files.readAllBytes(mark);
    cluster.add("two", 10);
    copy();
    // The lines were written; the place where the next server is to go on was not.
    Files.write(mark, marked);
    cluster.add("three", 20);

    copy();

    assertThat(task.logFile()).hasContent("one\ntwo\nthree\n");
  }

  @Test
  void aSecretIsMaskedAlsoWhereTheServerWasKilledInTheMiddleOfIt() throws Exception {
    cluster.add("before", 0);
    cluster.add("first-half", 1500);
    copy();
    cluster.add("second-half-of-it", 1500);
    cluster.add("after", 1500);

    copy();

    assertThat(task.logFile())
        .content()
        .startsWith("before\n")
        .endsWith("after\n")
        .doesNotContain("first-half")
        .doesNotContain("second-half");
  }

  @RepeatedTest(20)
  void howeverItBreaksOffEachLineIsThereOnce() throws Exception {
    long seed = new Random().nextLong();
    var random = new Random(seed);
    var expected = new StringBuilder();
    for (int i = 0; i < 300; i++) {
      String line = "line " + i + " " + "x".repeat(random.nextInt(60));
      // Two outputs of a program may be stamped a moment apart.
      cluster.add(line, random.nextInt(10) == 0 ? random.nextInt(1500) : 0, random.nextInt(300));
      expected.append(line).append('\n');
      if (random.nextInt(4) == 0) {
        try (StepLog log = StepLog.open(task)) {
          log.copy(cluster.upTo(random.nextInt(3000)));
          log.copy(cluster.upTo(random.nextInt(3000)));
        }
      }
    }

    copy();

    assertThat(task.logFile()).as("seed %d", seed).hasContent(expected.toString());
  }

  @Test
  void aLogThatIsThereButHasNoPlaceIsBegunAnew() throws Exception {
    Files.writeString(task.logFile(), "half of what was writ");
    cluster.add("one", 0);

    copy();

    assertThat(task.logFile()).hasContent("one\n");
  }

  @Test
  void aLogWhosePlaceCannotBeReadIsBegunAnew() throws Exception {
    cluster.add("one", 0);
    cluster.add("two", 1000);
    for (String damaged : List.of("", "\0\0\0\0", "4 1772359200", "4 x 1", "-4", "\u00ff")) {
      copy();
      Files.writeString(folder.resolve("log.mark"), damaged, StandardCharsets.ISO_8859_1);

      copy();

      assertThat(task.logFile()).as(damaged).hasContent("one\ntwo\n");
    }
  }

  private void copy() throws IOException {
    try (StepLog log = StepLog.open(task)) {
      log.copy(cluster);
    }
  }

  /** Lines with their times, given from a second on as the API server does. */
  private static final class ClusterLog implements StepLog.Source {
    private record Line(Instant at, String text) {}

    private final List<Line> lines = new ArrayList<>();
    private Instant now = BEGIN;

    void add(String text, long millisLater) {
      add(text, millisLater, 0);
    }

    void add(String text, long millisLater, long stampedEarlier) {
      now = now.plusMillis(millisLater);
      lines.add(new Line(now.minusMillis(stampedEarlier), text));
    }

    @Override
    public InputStream open(Optional<Instant> since) {
      return new ByteArrayInputStream(bytes(since));
    }

    /** The same, breaking off after so many bytes. */
    StepLog.Source upTo(int most) {
      return since -> {
        byte[] all = bytes(since);
        return new ByteArrayInputStream(all, 0, Math.min(most, all.length));
      };
    }

    private byte[] bytes(Optional<Instant> since) {
      var text = new StringBuilder();
      for (Line line : lines) {
        if (since.isEmpty() || !line.at().isBefore(since.get())) {
          text.append(line.at()).append(' ').append(line.text()).append('\n');
        }
      }
      return text.toString().getBytes(StandardCharsets.UTF_8);
    }
  }
}
