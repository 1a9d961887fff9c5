package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.local.client.HostStepExecutor;
import io.windlass.engine.local.keeper.KeeperSettings.Sandboxing;
import io.windlass.engine.local.process.ProcessTable;
import io.windlass.engine.local.protocol.Resources;
import io.windlass.engine.local.protocol.Secrets;
import io.windlass.engine.local.protocol.StepStart;
import io.windlass.engine.run.StepContainer;
import io.windlass.engine.run.StepLimits;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.run.StepTask;
import io.windlass.engine.secret.SecretValue;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass(name = "sandbox {0}")
@EnumSource(
    value = Sandboxing.class,
    names = {"WHERE_IT_WORKS", "OFF"})
class StepLifeTest {
  @Parameter Sandboxing sandboxing;
  @TempDir Path temporary;
  private Bench bench;
  private Path workspace;
  private Path log;
  private HostStepExecutor executor;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(temporary, sandboxing);
    workspace = Files.createDirectories(temporary.resolve("workspace"));
    log = temporary.resolve("step.log");
    executor = new HostStepExecutor(bench.client);
    bench.start();
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  private StepTask task(String id, String script) {
    return task(id, script, Duration.ofSeconds(30), 1 << 20);
  }

  private StepTask task(String id, String script, Duration timeout, long bytes) {
    return task(id, script, new StepLimits(timeout, bytes, 0, 0));
  }

  private StepTask task(String id, String script, StepLimits limits) {
    return new StepTask(
        id,
        workspace,
        List.of(),
        List.of("/bin/sh", "-c", script),
        Map.of("GREETING", "hello 'you'"),
        Map.of("TOKEN", SecretValue.of("hunter2hunter2")),
        StepContainer.NONE,
        log,
        limits);
  }

  private CompletableFuture<StepResult> inBackground(StepTask task) {
    CompletableFuture<StepResult> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            result.complete(executor.run(task));
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  private void awaitFile(String name) {
    await().atMost(Duration.ofSeconds(10)).until(() -> Files.exists(workspace.resolve(name)));
  }

  @Test
  void aStepRunsInItsWorkspaceAndItsExitCodeIsRemembered() throws Exception {
    StepTask task = task("a", "echo \"$GREETING\" >made; pwd; echo told >&2; exit 7");
    StepResult first = executor.run(task);
    assertThat(first)
        .isInstanceOfSatisfying(StepResult.Exited.class, e -> assertThat(e.code()).isEqualTo(7));
    assertThat(workspace.resolve("made")).hasContent("hello 'you'");
    assertThat(log).content().contains(workspace.toString(), "told");
    assertThat(executor.run(task)).isEqualTo(first);
    bench.stop();
    bench.start();
    assertThat(executor.run(task)).isEqualTo(first);
    executor.forget("a");
    assertThat(executor.run(task("a", "exit 0")))
        .isInstanceOfSatisfying(StepResult.Exited.class, e -> assertThat(e.code()).isZero());
  }

  @Test
  void aStepThatAsksForMoreThanTheMachineHasIsRefused() throws Exception {
    var huge = new StepLimits(Duration.ofSeconds(30), 1 << 20, 0, 1L << 50);

    assertThat(executor.run(task("huge", "true", huge)))
        .isInstanceOfSatisfying(
            StepResult.Refused.class,
            refused -> assertThat(refused.reason()).contains("of memory but this machine has"));
  }

  @Test
  void secretsAreMaskedAlsoWhereTheyAreSplit() throws Exception {
    StepResult result =
        executor.run(
            task(
                "b",
                "echo $TOKEN; printf hunter2; sleep 0.3; echo hunter2; printf %s $TOKEN | base64"));
    assertThat(result).isInstanceOf(StepResult.Exited.class);
    assertThat(log).content().doesNotContain("hunter2").doesNotContain("aHVudGVyMmh1bnRlcjI");
    assertThat(log).content().contains("***");
  }

  @Test
  void cancelEndsEverythingThatItStarted() throws Exception {
    CompletableFuture<StepResult> result =
        inBackground(task("c", "setsid sleep 987 & sleep 986 & touch begun; sleep 985"));
    awaitFile("begun");
    executor.cancel("c");
    assertThat(running("sleep\0" + "98")).isEmpty();
    assertThat(result.get(10, TimeUnit.SECONDS)).isInstanceOf(StepResult.Cancelled.class);
  }

  @Test
  void aStepThatWasCancelledBeforeItBeganDoesNotBegin() throws Exception {
    executor.cancel("d");
    assertThat(executor.run(task("d", "touch begun"))).isInstanceOf(StepResult.Cancelled.class);
    assertThat(workspace.resolve("begun")).doesNotExist();
  }

  @Test
  void whatAStepLeavesInTheBackgroundEndsWithIt() throws Exception {
    executor.run(task("e", "setsid sleep 977 & exit 0"));
    assertThat(running("sleep\0" + "977")).isEmpty();
  }

  @Test
  void aStepThatTakesTooLongIsEnded() throws Exception {
    StepResult result = executor.run(task("f", "sleep 967", Duration.ofMillis(500), 1 << 20));
    assertThat(result).isInstanceOf(StepResult.TimedOut.class);
    assertThat(running("sleep\0" + "967")).isEmpty();
  }

  @Test
  void aStepThatWritesTooMuchIsEnded() throws Exception {
    StepResult result = executor.run(task("g", "yes", Duration.ofSeconds(30), 100_000));
    assertThat(result).isInstanceOf(StepResult.OverLimit.class);
    assertThat(Files.size(log)).isLessThan(300_000);
  }

  @Test
  void aStepOutlivesItsWatcherAndIsFoundAgain() throws Exception {
    StepTask task = task("h", "touch begun; while ! test -e go; do sleep 0.05; done; exit 4");
    bench.client.start(
        new StepStart(
            "h",
            workspace.toString(),
            List.of(),
            task.command(),
            Map.of(),
            Secrets.NONE,
            Optional.of(log.toString()),
            Duration.ofSeconds(30),
            1 << 20,
            Resources.DEFAULT,
            Optional.empty()));
    awaitFile("begun");
    Files.createFile(workspace.resolve("go"));
    assertThat(executor.run(task))
        .isInstanceOfSatisfying(StepResult.Exited.class, e -> assertThat(e.code()).isEqualTo(4));
  }

  @Test
  void aStepIsLostWhenItsKeeperGoes() throws Exception {
    CompletableFuture<StepResult> result = inBackground(task("i", "touch begun; sleep 957"));
    awaitFile("begun");
    bench.stop();
    assertThat(running("sleep\0" + "957")).isEmpty();
    bench.start();
    assertThat(result.get(20, TimeUnit.SECONDS)).isInstanceOf(StepResult.Lost.class);
  }

  @Test
  void theSandboxShowsNeitherTheKeeperNorOtherRunsNorHome() throws Exception {
    boolean isolates = bench.client.status().isolation().sandbox();
    if (sandboxing == Sandboxing.OFF) {
      assertThat(isolates).as("nothing is hidden, and the status says so").isFalse();
      return;
    }
    Bench.need(isolates, "bubblewrap does not work here");
    Path other = Files.createDirectories(temporary.resolve("other"));
    Files.writeString(other.resolve("file"), "private");
    StepResult result =
        executor.run(
            task(
                "j",
                String.join(
                    "\n",
                    "test ! -e /root && test ! -e /home && test ! -e /etc/shadow || exit 11",
                    "test ! -e " + other + " || exit 12",
                    "test ! -e " + bench.directory + " || exit 13",
                    "! touch /usr/x 2>/dev/null || exit 14",
                    "! touch /x 2>/dev/null || exit 15",
                    "touch /tmp/x || exit 16",
                    "test \"$(ls -d /proc/[0-9]* | wc -l)\" -lt 8 || exit 17",
                    "test \"$HOME\" = /tmp/home && touch $HOME/x || exit 18",
                    "test \"$(id -u)\" != 0 || exit 19")));
    assertThat(result)
        .as("exit code names the check; log: %s", Files.readString(log))
        .isInstanceOfSatisfying(StepResult.Exited.class, e -> assertThat(e.code()).isZero());
  }

  @Test
  void aStepSeesNoVariableOfTheKeeper() throws Exception {
    executor.run(task("k", "env | cut -d= -f1 | sort | tr '\\n' ' '"));
    assertThat(Files.readString(log).strip().split(" ", -1))
        .isSubsetOf(
            "GREETING",
            "HOME",
            "JAVA_HOME",
            "LANG",
            "PATH",
            "PWD",
            "TMPDIR",
            "TOKEN",
            "USER",
            "WINDLASS_PROCESS");
  }

  @Test
  void whatCannotBeRunIsRefusedWithItsReason() throws Exception {
    StepTask nowhere =
        new StepTask(
            "l",
            temporary.resolve("nowhere"),
            List.of(),
            List.of("true"),
            Map.of(),
            Map.of(),
            StepContainer.NONE,
            log,
            StepLimits.DEFAULT);
    assertThat(executor.run(nowhere))
        .isInstanceOfSatisfying(
            StepResult.Refused.class, r -> assertThat(r.reason()).contains("is no directory"));
  }

  private static List<Long> running(String commandLine) {
    return ProcessTable.read().marked(commandLine).stream().map(s -> s.pid()).toList();
  }
}
