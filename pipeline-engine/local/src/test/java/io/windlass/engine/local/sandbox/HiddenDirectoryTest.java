package io.windlass.engine.local.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A data directory among the machine's programs, which every process sees otherwise. */
class HiddenDirectoryTest {
  private Path data;

  @BeforeEach
  void open() throws Exception {
    boolean root = Trees.owner(Path.of("/proc/self")) == 0;
    if (!root && "true".equals(System.getenv("CI"))) {
      fail("part absent: root, who alone may write to /opt");
    }
    assumeTrue(root, "part absent: root, who alone may write to /opt");
    data = Trees.passable(Files.createTempDirectory(Path.of("/opt"), "windlass-hidden-test"));
    Files.writeString(data.resolve("windlass.db"), "everything");
    Files.writeString(Files.createDirectories(data.resolve("workspaces/7")).resolve("mine"), "x");
  }

  @AfterEach
  void close() throws Exception {
    if (data != null) {
      Trees.remove(data);
    }
  }

  @Test
  void isSeenByNobodyButForTheirOwnWorkspaceInIt() throws Exception {
    assertThat(sees(List.of(data), "test -e %s/windlass.db")).isFalse();
    assertThat(sees(List.of(data), "test -e %s/workspaces/7/mine && ! touch %<s/new")).isTrue();

    assertThat(sees(List.of(), "test -e %s/windlass.db")).as("where it is not hidden").isTrue();
  }

  private boolean sees(List<Path> hidden, String script) {
    Isolation isolation =
        Isolation.probe(
            "windlass-hidden-test-" + ProcessHandle.current().pid(),
            Users.FIRST,
            Users.COUNT,
            List.of(),
            new Isolation.Surroundings(hidden, List.of()),
            true);
    assumeTrue(isolation.sandbox().isolates(), "part absent: bubblewrap");
    Path workspace = data.resolve("workspaces/7");
    View view =
        new View(
            Optional.empty(),
            Map.of(),
            Map.of(workspace, workspace),
            workspace,
            Map.of("PATH", isolation.sandbox().path()),
            Users.FIRST,
            Optional.empty());
    View.Command command =
        isolation
            .sandbox()
            .command(view, List.of("/bin/sh", "-c", script.formatted(data)), "mark", true);
    // It reads its variables from descriptor 3, and has none.
    List<String> line = new ArrayList<>();
    line.addAll(List.of("/bin/sh", "-c", "exec \"$@\" 3</dev/null", "sh"));
    line.addAll(command.command());
    return Isolation.works(line);
  }
}
