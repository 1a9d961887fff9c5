package io.windlass.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.secret.SecretValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every executor that runs real commands keeps. Extend it in the adapter's module. */
public abstract class StepExecutorContract {
  private static final Duration LONG = Duration.ofSeconds(60);

  @TempDir protected Path directory;
  private Path workspace = Path.of("");
  private StepExecutor executor;

  /** The executor under test, ready to run. */
  protected abstract StepExecutor executor() throws Exception;

  @BeforeEach
  void prepare() throws Exception {
    workspace = Files.createDirectories(directory.resolve("workspace"));
    executor = executor();
  }

  /** An attempt of a shell command with a name of its own. */
  protected StepTask task(String command) {
    return task(command, LONG, Map.of(), Map.of());
  }

  private StepTask task(
      String command, Duration timeout, Map<String, String> env, Map<String, SecretValue> secrets) {
    return task(command, new StepLimits(timeout, 1 << 20, 0, 0), env, secrets);
  }

  /** The same with limits of its own. */
  protected StepTask task(String command, StepLimits limits) {
    return task(command, limits, Map.of(), Map.of());
  }

  private StepTask task(
      String command,
      StepLimits limits,
      Map<String, String> env,
      Map<String, SecretValue> secrets) {
    String id = "acme.shop-1-0a1b2c3d-" + UUID.randomUUID() + "-1";
    return new StepTask(
        id,
        workspace,
        List.of(),
        List.of("/bin/sh", "-e", "-c", command),
        env,
        secrets,
        StepContainer.NONE,
        directory.resolve("logs").resolve(id + ".log"),
        limits);
  }

  @Test
  void aCommandThatEndsWellExitsWithZero() throws Exception {
    assertThat(executor.run(task("true")))
        .isInstanceOfSatisfying(
            StepResult.Exited.class, exited -> assertThat(exited.code()).isZero());
  }

  @Test
  void theCommandIsTakenAsItIsWritten() throws Exception {
    StepTask task =
        task("echo \"$(HOME=1; echo $HOME) $$\" | grep -q '^1 [0-9]'; echo '$$(COLOUR)'");

    assertThat(executor.run(task))
        .isInstanceOfSatisfying(
            StepResult.Exited.class, exited -> assertThat(exited.code()).isZero());
    assertThat(task.logFile()).content().contains("$$(COLOUR)");
  }

  @Test
  void aCommandThatFailsGivesItsCode() throws Exception {
    assertThat(executor.run(task("exit 3")))
        .isInstanceOfSatisfying(
            StepResult.Exited.class, exited -> assertThat(exited.code()).isEqualTo(3));
  }

  @Test
  void anAttemptIsStartedOnceUnderItsId() throws Exception {
    StepTask task = task("echo once >> count");

    StepResult first = executor.run(task);
    StepResult second = executor.run(task);

    assertThat(second).isEqualTo(first);
    assertThat(workspace.resolve("count")).hasContent("once");
  }

  @Test
  void whatItWritesIsInTheLogInOrder() throws Exception {
    StepTask task = task("echo out; echo err >&2; echo last");

    executor.run(task);

    assertThat(task.logFile()).content().containsSubsequence("out", "err", "last");
  }

  @Test
  void itRunsInTheWorkspaceAndSeesItsVariables() throws Exception {
    StepTask task =
        task("echo \"$COLOUR\" > seen; pwd > where", LONG, Map.of("COLOUR", "green"), Map.of());

    assertThat(executor.run(task)).isInstanceOf(StepResult.Exited.class);

    assertThat(workspace.resolve("seen")).hasContent("green");
    assertThat(workspace.resolve("where")).exists();
  }

  @Test
  void aSecretIsAVariableAndIsMaskedInTheLog() throws Exception {
    StepTask task =
        task(
            "echo \"token is $TOKEN\"; test \"$TOKEN\" = correct-horse-battery",
            LONG,
            Map.of(),
            Map.of("TOKEN", SecretValue.of("correct-horse-battery")));

    assertThat(executor.run(task))
        .isInstanceOfSatisfying(
            StepResult.Exited.class, exited -> assertThat(exited.code()).isZero());
    assertThat(task.logFile())
        .content()
        .contains("token is ")
        .doesNotContain("correct-horse-battery");
  }

  @Test
  void aCommandThatTakesTooLongIsStoppedWithItsChildren() throws Exception {
    StepTask task =
        task("(sleep 2; echo late > late) & sleep 30", Duration.ofSeconds(1), Map.of(), Map.of());

    assertThat(executor.run(task)).isInstanceOf(StepResult.TimedOut.class);

    Awaitility.await()
        .during(Duration.ofSeconds(2))
        .until(() -> !Files.exists(workspace.resolve("late")));
  }

  @Test
  void cancelStopsAnAttemptThatRuns() throws Exception {
    StepTask task = task("echo begun; sleep 30");
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<StepResult> running = threads.submit(() -> executor.run(task));
      Awaitility.await().atMost(LONG).until(() -> written(task).contains("begun"));

      executor.cancel(task.id());

      assertThat(running.get(20, TimeUnit.SECONDS)).isInstanceOf(StepResult.Cancelled.class);
    }
  }

  private static String written(StepTask task) throws IOException {
    return Files.exists(task.logFile()) ? Files.readString(task.logFile()) : "";
  }

  @Test
  void anAttemptThatWasCancelledBeforeItBeganIsNeverStarted() throws Exception {
    StepTask task = task("echo begun > begun");

    executor.cancel(task.id());

    assertThat(executor.run(task)).isInstanceOf(StepResult.Cancelled.class);
    assertThat(workspace.resolve("begun")).doesNotExist();
  }

  @Test
  void cancelOfAnAttemptThatHasEndedChangesNothing() throws Exception {
    StepTask task = task("exit 3");
    StepResult ended = executor.run(task);

    executor.cancel(task.id());

    assertThat(executor.run(task)).isEqualTo(ended);
  }

  @Test
  void aLogThatIsTooLongIsBounded() throws Exception {
    StepTask task = task("yes windlass | head -c 3000000");

    executor.run(task);

    assertThat(Files.size(task.logFile())).isLessThan((1 << 20) + 4096);
  }

  @Test
  void forgettingAnAttemptKeepsItsLog() throws Exception {
    StepTask task = task("echo kept");
    executor.run(task);

    executor.forget(task.id());
    executor.forget("acme.shop-9-0a1b2c3d-unknown-1");

    assertThat(task.logFile()).content().contains("kept");
  }
}
