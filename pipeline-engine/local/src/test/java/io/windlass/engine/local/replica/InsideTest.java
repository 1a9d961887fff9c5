package io.windlass.engine.local.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.local.protocol.Health;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.Resources;
import io.windlass.engine.local.protocol.Root;
import io.windlass.engine.local.protocol.Secrets;
import io.windlass.engine.local.sandbox.Isolation;
import io.windlass.engine.local.sandbox.Users;
import io.windlass.engine.local.sandbox.View;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InsideTest {
  private static final Path APP = Path.of("/app");

  @TempDir private Path directory;

  @Test
  void anImagesOwnFilesAreShown() throws Exception {
    Path root = Files.createDirectories(directory.resolve("root"));
    Files.createDirectory(root.resolve("app"));

    assertThat(view(root).readable()).containsEntry(APP, root.resolve("app"));
  }

  @Test
  void anImageThatIsALinkShowsNothingOfTheMachine() throws Exception {
    Files.createDirectory(directory.resolve("of-the-machine"));
    Path root = Files.createDirectories(directory.resolve("root"));
    Files.createSymbolicLink(root.resolve("app"), Path.of("../of-the-machine"));

    assertThat(view(root).readable()).doesNotContainKey(APP);
  }

  private View view(Path root) {
    ProcessSpec spec =
        new ProcessSpec(
            new Root.Directory(root.toString()),
            List.of("true"),
            Map.of(),
            Secrets.NONE,
            false,
            new Health.None(),
            Resources.DEFAULT,
            Duration.ZERO);
    return new Inside(
            Isolation.probe(
                "windlass-inside-test",
                Users.FIRST,
                1,
                List.of(),
                Isolation.Surroundings.NONE,
                false))
        .view(
            new Content(root.toString(), true, List.of(), Map.of(), "/app"),
            spec,
            "mark",
            directory,
            Map.of(),
            Users.FIRST);
  }
}
