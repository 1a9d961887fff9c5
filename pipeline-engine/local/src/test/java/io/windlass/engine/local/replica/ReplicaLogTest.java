package io.windlass.engine.local.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReplicaLogTest {
  private static final int BOUND = 1000;

  @TempDir Path directory;
  private Path log;

  @BeforeEach
  void open() throws IOException {
    log = Files.createFile(directory.resolve("out.log"), Privately.FILE);
  }

  /** Lines of ten bytes. */
  private void write(int from, int to) throws IOException {
    Files.writeString(
        log,
        IntStream.rangeClosed(from, to)
            .mapToObj("line%05d\n"::formatted)
            .collect(Collectors.joining()),
        StandardOpenOption.APPEND);
  }

  @Test
  void whatFitsIsLeftAlone() throws IOException {
    write(1, 100);

    ReplicaLog.bound(log, BOUND);

    assertThat(Files.size(log)).isEqualTo(BOUND);
    assertThat(directory.resolve("out.log.1")).doesNotExist();
  }

  @Test
  void theLastLinesAreShownAlsoRightAfterTheCut() throws IOException {
    write(1, 1000);

    ReplicaLog.bound(log, BOUND);

    assertThat(ReplicaLog.tail(log, 2)).containsExactly("line00999", "line01000");
    assertThat(Files.size(log) + Files.size(directory.resolve("out.log.1"))).isEqualTo(BOUND);
  }

  @Test
  void linesGoOnOverTheCut() throws IOException {
    write(1, 1000);
    ReplicaLog.bound(log, BOUND);
    write(1001, 1001);

    assertThat(ReplicaLog.tail(log, 3)).containsExactly("line00999", "line01000", "line01001");
    assertThat(ReplicaLog.tail(log, 1)).containsExactly("line01001");
  }

  @Test
  void aLineThatBeginsBeforeWhatIsReadIsLeftOut() throws IOException {
    write(1, 99999);

    assertThat(ReplicaLog.tail(log, 99999))
        .allMatch(line -> line.matches("line\\d{5}"))
        .endsWith("line99999");
  }

  @Test
  void whereNothingWasWrittenThereIsNothing() throws IOException {
    assertThat(ReplicaLog.tail(log, 10)).isEmpty();
    assertThat(ReplicaLog.tail(directory.resolve("absent"), 10)).isEmpty();
  }
}
