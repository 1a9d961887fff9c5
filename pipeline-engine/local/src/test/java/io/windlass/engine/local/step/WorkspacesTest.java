package io.windlass.engine.local.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.local.sandbox.Users;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WorkspacesTest {
  private static final int SERVER = 12_345;

  @TempDir private Path data;
  private final Workspaces workspaces = new Workspaces(new Users(Users.FIRST), true);
  private Path workspace;

  @BeforeEach
  void ofAServerThatIsNotRoot() throws Exception {
    assumeTrue(
        Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0),
        "part absent: root, who alone may give files to others");
    Trees.passable(data);
    workspace = Files.createDirectories(Trees.passable(data.resolve("workspaces")).resolve("7"));
    Files.writeString(workspace.resolve("file"), "x");
    Trees.give(data.resolve("workspaces"), SERVER);
  }

  @Test
  void aWorkspaceBelongsToItsStepsWhileTheyRunAndThenToTheServerAgain() throws Exception {
    int user = workspaces.enter(workspace);
    assertThat(Trees.owner(workspace.resolve("file"))).isEqualTo(user);
    workspaces.enter(workspace);
    workspaces.leave(workspace, user);
    assertThat(Trees.owner(workspace.resolve("file"))).isEqualTo(user);

    workspaces.leave(workspace, user);

    assertThat(Trees.owner(workspace.resolve("file"))).isEqualTo(SERVER);
  }

  @Test
  void alsoWhereTheKeeperBeforeWasKilledWhileAStepRan() throws Exception {
    new Workspaces(new Users(Users.FIRST), true).enter(workspace);

    workspaces.leave(workspace, workspaces.enter(workspace));

    assertThat(Trees.owner(workspace)).isEqualTo(SERVER);
    assertThat(Trees.owner(workspace.resolve("file"))).isEqualTo(SERVER);
  }
}
