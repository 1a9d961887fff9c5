package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
  @TempDir private Path folder;

  @Test
  void aNewDirectoryCanBePassedAndNotLooked() throws IOException {
    Path data = DataDirectory.prepare(folder.resolve("data"));

    assertThat(rights(data)).isEqualTo("rwx--x--x");
    assertThat(rights(data.resolve("logs"))).isEqualTo("rwx------");
    assertThat(rights(data.resolve("windlass.db"))).isEqualTo("rw-------");
  }

  @Test
  void theRightsOfOneThatIsThereAreCorrectedAndItsContentKept() throws IOException {
    Path data = Files.createDirectories(folder.resolve("data"));
    Files.writeString(data.resolve("windlass.db"), "kept");
    Files.setPosixFilePermissions(
        data.resolve("windlass.db"), PosixFilePermissions.fromString("rw-r--r--"));

    DataDirectory.prepare(data);

    assertThat(rights(data.resolve("windlass.db"))).isEqualTo("rw-------");
    assertThat(data.resolve("windlass.db")).hasContent("kept");
  }

  private static String rights(Path path) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }
}
