package io.windlass.engine.local.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One line of {@code /proc/PID/stat}; see proc(5).
 *
 * @param cpuTicks user and system time of the process and of the children that it has waited for,
 *     in hundredths of a second
 * @param residentBytes memory that is not swapped out, shared pages included
 */
public record ProcessStat(
    long pid,
    String name,
    char state,
    long parent,
    long session,
    long cpuTicks,
    long start,
    long residentBytes) {
  /** USER_HZ, fixed on Linux whatever the kernel's own tick. */
  public static final int TICKS_PER_SECOND = 100;

  private static final long PAGE = 4096;

  /** Empty when there is no such process. */
  public static Optional<ProcessStat> of(long pid) {
    try {
      return Optional.of(parse(read(Path.of("/proc", Long.toString(pid), "stat"))));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  boolean zombie() {
    return state == 'Z' || state == 'X';
  }

  public ProcessId id() {
    return new ProcessId(pid, start);
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
  }

  /** The name stands in parentheses and may itself contain blanks and parentheses. */
  static ProcessStat parse(String line) {
    int open = line.indexOf('(');
    int close = line.lastIndexOf(')');
    // After the name: field 3 (state) is rest[0].
    String[] rest = line.substring(close + 2).strip().split(" ", -1);
    long cpu =
        Long.parseLong(rest[11])
            + Long.parseLong(rest[12])
            + Long.parseLong(rest[13])
            + Long.parseLong(rest[14]);
    return new ProcessStat(
        Long.parseLong(line.substring(0, open).strip()),
        line.substring(open + 1, close),
        rest[0].charAt(0),
        Long.parseLong(rest[1]),
        Long.parseLong(rest[3]),
        cpu,
        Long.parseLong(rest[19]),
        Long.parseLong(rest[21]) * PAGE);
  }
}
