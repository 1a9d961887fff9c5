package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.kubernetes.step.DiskSpace.ShortException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DiskSpaceTest {
  private static final byte[] MEBIBYTE = new byte[1 << 20];

  @TempDir private Path folder;
  private final AtomicLong free = new AtomicLong(100 << 20);
  private final DiskSpace disk = new DiskSpace(free::get, 64 << 20);

  @Test
  void nothingIsMadeWhereThereIsLessThanIsKeptFree() {
    free.set(63 << 20);

    assertThatThrownBy(() -> disk.write(folder.resolve("file")))
        .isInstanceOf(ShortException.class)
        .hasMessageContaining("63 MiB are free on the server's disk and 64 MiB are kept free");
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFileEndsWhereTheDiskBecomesShort() throws Exception {
    Path file = folder.resolve("file");
    try (OutputStream output = disk.write(file)) {
      output.write(MEBIBYTE);
      free.set(63 << 20);

      assertThatThrownBy(() -> output.write(MEBIBYTE)).isInstanceOf(ShortException.class);
    }
    assertThat(file).hasSize(MEBIBYTE.length);
  }

  @Test
  void smallPartsAreCountedTogether() throws Exception {
    try (OutputStream output = disk.write(folder.resolve("file"))) {
      free.set(0);

      assertThatThrownBy(
              () -> {
                for (int i = 0; i <= MEBIBYTE.length; i++) {
                  output.write(0);
                }
              })
          .isInstanceOf(ShortException.class);
    }
  }

  @Test
  void aRealDiskHasRoom() throws Exception {
    Path file = folder.resolve("file");
    try (OutputStream output = DiskSpace.of(folder, 1).write(file)) {
      output.write(MEBIBYTE);
    }

    assertThat(file).hasSize(MEBIBYTE.length);
  }
}
