package io.windlass.engine.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.secret.Masker;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTest {
  @TempDir Path directory;
  private Path file;
  private LogReader reader;

  @BeforeEach
  void name() {
    file = directory.resolve("runs/12/test.log");
    reader = new LogReader(file);
  }

  @Test
  void aLogThatDoesNotExistYetIsEmpty() throws Exception {
    assertThat(reader.page(0, 100).text()).isEmpty();
    assertThat(reader.lines(0, 10, 100).lines()).isEmpty();
    assertThat(reader.tail(10, 100).text()).isEmpty();
    assertThat(reader.size()).isZero();
  }

  @Test
  void secretsAreMaskedBeforeTheyReachTheFileAlsoAcrossWrites() throws IOException {
    try (var writer = LogWriter.open(file, Masker.of(List.of("hunter2!")), LogLimits.STANDARD);
        OutputStream out = writer.output()) {
      out.write(utf8("password: hun"));
      out.write(utf8("ter2! ok\n"));

      assertThat(Files.readString(file)).isEqualTo("password: *** ok\n");
    }
  }

  @Test
  void linesOfTwoOutputsDoNotMix() throws IOException {
    try (var writer = open(LogLimits.STANDARD);
        OutputStream out = writer.output();
        OutputStream err = writer.output()) {
      out.write(utf8("one "));
      err.write(utf8("warning\n"));
      out.write(utf8("line\nrest"));
    }

    assertThat(Files.readString(file)).isEqualTo("warning\none line\nrest");
  }

  @Test
  void anOutputBeyondTheLimitKeepsItsBeginningAndItsEndAndSaysWhatIsMissing() throws IOException {
    try (var writer = open(new LogLimits(100, 60, 1000));
        OutputStream out = writer.output()) {
      for (int i = 0; i < 1000; i++) {
        out.write(utf8("line " + i + "\n"));
      }
      assertThat(writer.truncated()).isTrue();
      assertThat(writer.bytes()).isEqualTo(8890);
    }

    String text = Files.readString(file);
    assertThat(text)
        .startsWith("line 0\nline 1\n")
        .endsWith("line 998\nline 999\n")
        .contains("bytes left out here");
    assertThat(text.length()).isLessThan(400);
  }

  @Test
  void aLineThatNeverEndsIsWrittenWithoutWaiting() throws IOException {
    try (var writer = open(new LogLimits(10_000, 0, 10));
        OutputStream out = writer.output()) {
      out.write(utf8("x".repeat(50)));

      assertThat(reader.size()).isEqualTo(50);
    }
  }

  @Test
  void everyLineIsFoundByItsNumber() throws IOException {
    int count = 3000;
    try (var writer = open(LogLimits.STANDARD)) {
      for (int i = 0; i < count; i++) {
        writer.line("line " + i);
      }
    }
    var random = new SplittableRandom(7);
    for (int i = 0; i < 200; i++) {
      int from = random.nextInt(count + 10);
      LinePage page = reader.lines(from, 3, 10_000);
      assertThat(page.lines())
          .as("from %d", from)
          .isEqualTo(expected(from, Math.min(from + 3, count)));
      assertThat(page.end()).isEqualTo(from + 3 >= count);
    }
  }

  @Test
  void linesAreFoundWithoutAnIndexAndWithADamagedOne() throws IOException {
    try (var writer = open(LogLimits.STANDARD)) {
      for (int i = 0; i < 1000; i++) {
        writer.line("line " + i);
      }
    }
    Files.write(LineIndex.beside(file), new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 127});
    assertThat(reader.lines(700, 1, 100).lines()).containsExactly("line 700");

    Files.delete(LineIndex.beside(file));
    assertThat(reader.lines(700, 1, 100).lines()).containsExactly("line 700");
  }

  @Test
  void aLogThatIsOpenedAgainGoesOnAndItsIndexAgrees() throws IOException {
    for (int part = 0; part < 5; part++) {
      try (var writer = open(LogLimits.STANDARD)) {
        for (int i = part * 300; i < part * 300 + 300; i++) {
          writer.line("line " + i);
        }
      }
      // a crash may leave the index ahead of the log
      Files.write(
          LineIndex.beside(file), new byte[] {127, 0, 0, 0, 0, 0, 0, 1}, StandardOpenOption.APPEND);
    }

    assertThat(reader.lines(1400, 2, 100).lines()).containsExactly("line 1400", "line 1401");
  }

  @Test
  void pagesPutTogetherAreTheWholeLogWhateverTheirSize() throws IOException {
    String text = "äöü ßé 漢字 🎉 text\n".repeat(200) + "the end 🎉";
    try (var writer = open(LogLimits.STANDARD);
        OutputStream out = writer.output()) {
      out.write(utf8(text));
    }
    for (int size : List.of(4, 5, 7, 30, 1000, 100_000)) {
      var all = new StringBuilder();
      LogPage page = reader.page(0, size);
      while (page.next() > page.from()) {
        all.append(page.text());
        page = reader.page(page.next(), size);
      }
      assertThat(all.toString()).as("pages of %d", size).isEqualTo(text);
      assertThat(page.end()).isTrue();
    }
  }

  @Test
  void theTailIsTheLastLinesWithinItsBytes() throws IOException {
    try (var writer = open(LogLimits.STANDARD)) {
      for (int i = 0; i < 100; i++) {
        writer.line("line " + i);
      }
    }

    assertThat(reader.tail(2, 1000).text()).isEqualTo("line 98\nline 99\n");
    assertThat(reader.tail(50, 20).text()).isEqualTo("line 98\nline 99\n");
    assertThat(reader.tail(1000, 1000).text()).startsWith("line 0\n");
  }

  @Test
  void aFollowerSeesEverythingWhileItIsWritten() throws Exception {
    int count = 2000;
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var followed =
          executor.submit(() -> {
            var all = new StringBuilder();
            long next = 0;
            while (!all.toString().endsWith("line " + (count - 1) + "\n")) {
              LogPage page = reader.await(next, 500, Duration.ofSeconds(10));
              all.append(page.text());
              next = page.next();
            }
            return all.toString();
          });
      try (var writer = open(LogLimits.STANDARD)) {
        for (int i = 0; i < count; i++) {
          writer.line("line " + i);
        }
      }
      assertThat(followed.get()).isEqualTo(String.join("\n", expected(0, count)) + "\n");
    }
  }

  @Test
  void waitingForMoreEndsWithAnEmptyPageWhenNothingComes() throws Exception {
    try (var writer = open(LogLimits.STANDARD)) {
      writer.line("one");
      LogPage page = reader.await(4, 100, Duration.ofMillis(1));
      assertThat(page.text()).isEmpty();
      assertThat(page.next()).isEqualTo(4);
    }
  }

  private LogWriter open(LogLimits limits) throws IOException {
    return LogWriter.open(file, Masker.none(), limits);
  }

  private static List<String> expected(int from, int to) {
    var lines = new ArrayList<String>();
    for (int i = from; i < to; i++) {
      lines.add("line " + i);
    }
    return lines;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
