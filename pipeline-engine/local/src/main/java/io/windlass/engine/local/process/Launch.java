package io.windlass.engine.local.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A process to start.
 *
 * @param mark a text that names it among all processes of the machine; it stands in the arguments
 *     of its outermost process and in the environment of all others that it starts
 * @param exitFile is written with the exit code when it ends, whether the keeper runs or not
 * @param output file that its output is appended to; empty: a pipe that the caller reads
 * @param groups {@code cgroup.procs} files that it joins before anything of it runs
 * @param oomScore added to the kernel's rating of whom to kill first when memory is short
 * @param command program by absolute path, and arguments
 * @param input read by the program from file descriptor 3
 * @param directory it starts in
 */
public record Launch(
    String mark,
    Path exitFile,
    Optional<Path> output,
    List<Path> groups,
    int oomScore,
    List<String> command,
    String input,
    Path directory) {
  /** Name of the variable that carries {@link #mark}. */
  public static final String MARK = "WINDLASS_PROCESS";

  public Launch {
    groups = List.copyOf(groups);
    command = List.copyOf(command);
  }
}
