package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.windlass.engine.local.client.KeeperLauncher;
import io.windlass.engine.local.protocol.KeeperStatus;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.ReplicaStatus;
import io.windlass.engine.local.protocol.RolloutStatus.State;
import io.windlass.engine.local.protocol.Root;
import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.run.StepResult;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A keeper that is a user like any other: it keeps all the same, and says what that costs. */
class UnprivilegedKeeperTest {
  /** Of nobody in particular. */
  private static final int USER = 65534;

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path temporary;
  private Bench bench;
  private Root root;
  private KeeperStatus keeper;

  @BeforeEach
  void open() throws Exception {
    assumeTrue(Trees.owner(Path.of("/proc/self")) == 0, "only root can become somebody else");
    bench = new Bench(temporary);
    root = TinyApp.in(temporary.resolve("image"));
    List<String> command =
        new ArrayList<>(
            List.of(
                "/usr/bin/setpriv", "--reuid=" + USER, "--regid=" + USER, "--clear-groups", "--"));
    String classPath = System.getProperty("java.class.path");
    String readable = readable(classPath);
    bench.command().forEach(word -> command.add(word.equals(classPath) ? readable : word));
    Trees.give(temporary, USER);
    keeper = KeeperLauncher.start(command, bench.directory, temporary.resolve("log"), PATIENCE);
  }

  @AfterEach
  void close() throws Exception {
    if (bench != null) {
      bench.client.stopAll(PATIENCE);
      end();
      bench.client.close();
      bench.http.close();
    }
  }

  /** The same class path where everybody can read it: that of a build is often in a closed home. */
  private String readable(String classPath) throws IOException {
    List<String> copies = new ArrayList<>();
    for (String entry : classPath.split(File.pathSeparator)) {
      Path copy =
          temporary.resolve("lib").resolve(copies.size() + "-" + Path.of(entry).getFileName());
      try (Stream<Path> files = Files.walk(Path.of(entry))) {
        for (Path file : files.filter(Files::isRegularFile).toList()) {
          Path to = copy.resolve(Path.of(entry).relativize(file).toString());
          Files.createDirectories(to.getParent());
          Files.copy(file, to);
        }
      }
      copies.add(copy.toString());
    }
    return String.join(File.pathSeparator, copies);
  }

  private void end() {
    ProcessHandle.of(keeper.pid()).ifPresent(ProcessHandle::destroy);
    await().atMost(PATIENCE).until(() -> gone(keeper.pid()));
  }

  private static boolean gone(long pid) {
    return ProcessHandle.of(pid).isEmpty();
  }

  @Test
  void itSaysWhatItCannotIsolate() throws Exception {
    assertThat(owner(keeper.pid())).isEqualTo(USER);
    assertThat(keeper.isolation().fitForStrangers()).isFalse();
    assertThat(keeper.isolation().notes())
        .contains("The keeper is not root: steps and replicas run as its own user")
        .anyMatch(note -> note.startsWith("Control groups cannot be made here"))
        .anyMatch(note -> note.startsWith("The cloud's metadata address cannot be blocked here"))
        .anyMatch(note -> note.startsWith("Processes cannot be kept from this machine's services"));
    assertThat(Files.readString(temporary.resolve("log")))
        .contains("The keeper is not root: steps and replicas run as its own user");
  }

  @Test
  void aStepRunsAndLeavesItsFiles() throws Exception {
    Path workspace = Files.createDirectory(temporary.resolve("workspace"));
    Trees.give(workspace, USER);

    StepResult result =
        bench.step("s", workspace, "id -u; touch made; exit 7").get(60, TimeUnit.SECONDS);

    assertThat(result)
        .as(Files.readString(temporary.resolve("s.log")))
        .isInstanceOfSatisfying(StepResult.Exited.class, e -> assertThat(e.code()).isEqualTo(7));
    assertThat(Trees.owner(workspace.resolve("made"))).isEqualTo(USER);
  }

  @Test
  void replicasServeAndLiveOnAndEnd() throws Exception {
    ReleaseSpec release = Bench.release(1, root, Map.of());
    bench.size(2);
    bench.shift(release);
    bench.awaitState(release, State.SETTLED);
    assertThat(get()).isEqualTo("v1");
    Set<Long> replicas =
        bench.replicas().stream()
            .map(ReplicaStatus::pid)
            .map(pid -> pid.orElseThrow())
            .collect(Collectors.toSet());
    for (long pid : replicas) {
      assertThat(owner(pid)).isEqualTo(USER);
    }

    bench.client.stopAll(PATIENCE);

    assertThat(replicas).allMatch(UnprivilegedKeeperTest::gone);
    assertThat(bench.directory.resolve("replicas")).isEmptyDirectory();
  }

  private String get() throws Exception {
    URI address = URI.create("http://127.0.0.1:" + keeper.proxyPort().orElseThrow() + "/");
    return bench
        .http
        .send(HttpRequest.newBuilder(address).build(), HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static int owner(long pid) throws IOException {
    return Trees.owner(Path.of("/proc/" + pid));
  }
}
