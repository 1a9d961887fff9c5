package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.run.StepResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a step may have on the disk, tried on real ones. */
@Timeout(120)
class DiskLimitTest {
  private static final long MIB = 1 << 20;

  @TempDir Path temporary;
  private Bench bench;
  private Path small;

  private void open(long workspaceBytes, long freeBytes) throws Exception {
    bench =
        new Bench(temporary, s -> s.withLimits(Bench.QUICK.withDisk(workspaceBytes, freeBytes)));
    bench.start();
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
    if (small != null) {
      run("/usr/bin/umount", "--lazy", small.toString());
    }
  }

  @Test
  void aStepThatWritesTooMuchFailsAndItsNeighbourGoesOn() throws Exception {
    open(16 * MIB, MIB);
    Path quiet = workspace(temporary.resolve("quiet"));
    CompletableFuture<StepResult> neighbour = bench.step("neighbour", quiet, waitsFor("go"));

    StepResult result =
        bench
            .step("hog", workspace(temporary.resolve("hog")), writes(64))
            .get(60, TimeUnit.SECONDS);

    assertThat(result)
        .isInstanceOfSatisfying(
            StepResult.OverLimit.class,
            r -> assertThat(r.limit()).contains("MiB and 16 MiB are allowed; write less"));
    Files.writeString(quiet.resolve("go"), "");
    assertThat(neighbour.get(30, TimeUnit.SECONDS)).isInstanceOf(StepResult.Exited.class);
  }

  @Test
  void whatItWritesToItsTmpCountsToo() throws Exception {
    open(16 * MIB, MIB);
    assertThat(
            bench
                .step(
                    "tmp",
                    workspace(temporary.resolve("tmp")),
                    "head -c 64M /dev/zero >\"$TMPDIR\"/f; sleep 100")
                .get(60, TimeUnit.SECONDS))
        .isInstanceOf(StepResult.OverLimit.class);
  }

  @Test
  void aDiskThatRunsFullEndsWhoFillsItAndNobodyElse() throws Exception {
    open(1024 * MIB, 64 * MIB);
    Bench.need(bench.client.status().isolation().unprivileged(), "root, who can mount");
    small = Files.createDirectories(temporary.resolve("small"));
    run("/usr/bin/mount", "-t", "tmpfs", "-o", "size=128m,mode=711", "tmpfs", small.toString());
    Path quiet = workspace(small.resolve("quiet"));
    CompletableFuture<StepResult> neighbour =
        bench.step("neighbour", quiet, "touch begun; " + waitsFor("go"));
    await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(quiet.resolve("begun")));

    StepResult result = bench.step("hog", workspace(small.resolve("hog")), writes(96)).get();

    assertThat(result)
        .isInstanceOfSatisfying(
            StepResult.OverLimit.class,
            r -> assertThat(r.limit()).contains("less than the 64 MiB that are kept free"));
    Files.writeString(quiet.resolve("go"), "");
    assertThat(neighbour.get(30, TimeUnit.SECONDS)).isInstanceOf(StepResult.Exited.class);

    assertThat(bench.step("next", quiet, "true").get(30, TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            StepResult.Refused.class,
            r -> assertThat(r.reason()).contains("are free on its disk and 64 MiB are kept free"));
  }

  private static String writes(int mib) {
    return "head -c " + mib + "M /dev/zero >f; sleep 100";
  }

  private static String waitsFor(String file) {
    return "until [ -e " + file + " ]; do sleep 0.05; done";
  }

  private static Path workspace(Path directory) throws Exception {
    return Trees.passable(directory);
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(String.join(" ", command)).isZero();
  }
}
