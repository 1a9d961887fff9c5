package io.windlass.engine.local.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.local.step.DiskRule.Excess;
import io.windlass.engine.local.step.DiskRule.Use;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskRuleTest {
  private static final long MIB = 1 << 20;
  private static final DiskRule RULE = new DiskRule(1000 * MIB, 500 * MIB);

  @TempDir private Path directory;

  @Test
  void aStepStartsWhereEnoughIsFree() {
    assertThat(RULE.refusal(500 * MIB)).isEmpty();
    assertThat(RULE.refusal(499 * MIB))
        .hasValueSatisfying(r ->
            assertThat(r)
                .contains("499 MiB are free on its disk and 500 MiB are kept free")
                .contains("give the data directory a larger disk"));
  }

  @Test
  void aWorkspaceAboveItsLimitEndsItsStep() {
    assertThat(RULE.tooLarge(List.of(use("a", 0, 1000), use("b", 900, 1001))))
        .map(Excess::step)
        .contains("b");
    assertThat(RULE.tooLarge(List.of(use("a", 0, 1000)))).isEmpty();
  }

  @Test
  void whoHasWrittenMostEndsWhenTheDiskRunsFullAndNotWhoHasMost() {
    List<Use> uses = List.of(use("large", 800, 810), use("writes", 10, 300));

    assertThat(RULE.fillsTheDisk(499 * MIB, OptionalLong.empty(), uses))
        .map(Excess::step)
        .contains("writes");
    assertThat(RULE.fillsTheDisk(500 * MIB, OptionalLong.empty(), uses)).isEmpty();
    assertThat(RULE.fillsTheDisk(499 * MIB, OptionalLong.empty(), List.of())).isEmpty();
  }

  @Test
  void nobodyElseIsEndedForItUnlessItGetsWorse() {
    List<Use> uses = List.of(use("innocent", 10, 20));

    assertThat(RULE.fillsTheDisk(400 * MIB, OptionalLong.of(400 * MIB), uses)).isEmpty();
    assertThat(RULE.fillsTheDisk(300 * MIB, OptionalLong.of(400 * MIB), uses)).isPresent();
  }

  @Test
  void whatIsCountedIsWhatTheDiskLost() throws Exception {
    try (RandomAccessFile sparse = new RandomAccessFile(directory.resolve("s").toFile(), "rw")) {
      sparse.setLength(1 << 30);
    }
    Path file = Files.write(directory.resolve("f"), new byte[(int) (4 * MIB)]);
    Files.createLink(directory.resolve("again"), file);

    assertThat(DiskWatch.sum(List.of(directory))).isBetween(4 * MIB, 5 * MIB);
  }

  private static Use use(String step, long first, long now) {
    return new Use(step, first * MIB, now * MIB);
  }
}
