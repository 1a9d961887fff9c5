package io.windlass.engine.local.process;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A wrapper (see {@link Launched}) that does not know yet what for. It has its session and is in
 * its groups already: the kernel takes longer over these than over all else that a start needs. It
 * waits for a line of its input, and so ends with the keeper, however that ends.
 */
public final class Standby implements AutoCloseable {
  /** Arguments: cgroup files, "--", the command that goes on. */
  private static final String JOIN =
      """
      while [ "$1" != -- ]; do echo $$ >"$1" || exit 125; shift; done
      shift
      exec "$@"
      """;

  /** What follows the line in the input is left there for the program. */
  private static final String WAIT = "echo; IFS= read -r script && exec /bin/sh \"$script\"";

  private final Process process;
  private final Path directory;

  private Standby(Process process, Path directory) {
    this.process = process;
    this.directory = directory;
  }

  /**
   * Starts one; returns when it waits.
   *
   * @param mark that it carries in its environment for as long as it waits
   * @param groups {@code cgroup.procs} files that it joins
   * @param entrance a command that does what is to be done before the wait and then executes the
   *     command behind it, as {@code nice} does; may be empty
   * @param directory that it starts in; scripts are named from there, by names of one line
   */
  public static Standby start(String mark, List<Path> groups, List<String> entrance, Path directory)
      throws IOException {
    List<String> line =
        new ArrayList<>(List.of("/usr/bin/setsid", "/bin/sh", "-c", JOIN, "windlass-standby"));
    groups.forEach(g -> line.add(g.toString()));
    line.add("--");
    line.addAll(entrance);
    line.addAll(List.of("/bin/sh", "-c", WAIT));
    ProcessBuilder builder = Launched.bare(line).directory(directory.toFile());
    builder.environment().put(Launch.MARK, mark);
    Process process = builder.start();
    Standby standby = new Standby(process, directory);
    if (!Readiness.await(process)) {
      standby.close();
      throw new IOException(
          "Tried to make a process ready for a step but it ended; look whether "
              + (groups.isEmpty() ? "/bin/sh works" : groups + " can be written to"));
    }
    return standby;
  }

  /** Whether it still waits. */
  public boolean alive() {
    return process.isAlive();
  }

  /**
   * Makes it what it was started for. Its output goes through a pipe. This can be done once.
   *
   * @param launch without groups
   * @param script a file to make, which says what to run and is read at once
   */
  public Launched launch(Launch launch, Path script) throws IOException {
    String input = Launched.checked(launch.input());
    if (!Files.isDirectory(launch.directory())) {
      throw new NoSuchFileException(launch.directory().toString(), null, "is no directory");
    }
    Files.writeString(
        script,
        Script.export(Launch.MARK, launch.mark())
            + "cd "
            + Script.word(launch.directory().toString())
            + " || exit 126\nexec "
            + Script.command(Launched.wrapper(launch)));
    // A line cannot hold every name that a directory may have.
    return Launched.of(process, directory.relativize(script) + "\n" + input);
  }

  /** Ends it where it has not ended; returns when it is gone. */
  @Override
  public void close() {
    process.destroyForcibly();
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
