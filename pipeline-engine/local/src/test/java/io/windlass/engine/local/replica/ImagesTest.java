package io.windlass.engine.local.replica;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImagesTest {
  private static final String HEX = "a".repeat(64);

  @TempDir private Path directory;

  @Test
  void whatAKilledKeeperWasRemovingIsGoneAfterTheNextStart() throws Exception {
    Path half = Files.createDirectories(directory.resolve("." + HEX + ".leaving/app"));
    Files.writeString(half.resolve("half-of-it"), "x");

    new Images(directory, Optional.empty(), false);

    assertThat(directory).isEmptyDirectory();
  }

  @Test
  void anUnusedImageLeavesItsNameBeforeItsFiles() throws Exception {
    Images images = new Images(directory, Optional.empty(), false);
    unpacked();
    // Left by a removal that failed: it must not stop the next one.
    Files.createDirectories(directory.resolve("." + HEX + ".leaving/app"));

    images.collect(Set.of("sha256:" + HEX), 0);
    assertThat(directory.resolve(HEX)).isDirectory();

    images.collect(Set.of(), 0);
    assertThat(directory).isEmptyDirectory();
  }

  private void unpacked() throws Exception {
    Files.writeString(directory.resolve(HEX + ".json"), "{}");
    Files.writeString(Files.createDirectories(directory.resolve(HEX)).resolve("file"), "content");
  }
}
