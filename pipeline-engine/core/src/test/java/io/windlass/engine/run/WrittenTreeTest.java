package io.windlass.engine.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WrittenTreeTest {
  @TempDir private Path temporary;

  @Test
  void directoriesThatMayNotBeWrittenOrReadGoTooAndWhatLinksLeadToStays() throws Exception {
    Path kept = Files.writeString(temporary.resolve("kept"), "x");
    Path tree = Files.createDirectories(temporary.resolve("tree"));
    Files.createSymbolicLink(tree.resolve("link"), kept);
    for (String mode : List.of("r-xr-xr-x", "---------", "-wx------", "r--------")) {
      Path closed = Files.createDirectories(tree.resolve(mode));
      Files.writeString(Files.createDirectories(closed.resolve("within")).resolve("file"), "x");
      Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString(mode));
    }

    assertThat(removedWithoutRootsRights(tree)).isZero();

    assertThat(tree).doesNotExist();
    assertThat(kept).exists();
  }

  /** Root passes every permission, so that a test as root would show nothing. */
  private static int removedWithoutRootsRights(Path tree) throws Exception {
    List<String> command = new ArrayList<>();
    if (Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0)) {
      command.addAll(
          List.of(
              "/usr/bin/setpriv",
              "--bounding-set=-dac_override,-dac_read_search",
              "--inh-caps=-all"));
    }
    command.addAll(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-cp",
            System.getProperty("java.class.path"),
            Remove.class.getName(),
            tree.toString()));
    Process process = new ProcessBuilder(command).inheritIO().start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return process.exitValue();
  }

  /** The program. */
  static final class Remove {
    private Remove() {}

    public static void main(String[] arguments) throws Exception {
      WrittenTree.remove(Path.of(arguments[0]));
    }
  }
}
