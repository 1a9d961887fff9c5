package io.windlass.webhooks.crash;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Processes of this machine, as the kernel tells of them. */
final class Processes {
  private static final Path PROC = Path.of("/proc");

  /** Where a process can have the name of the folder that it belongs to. */
  private static final List<String> TRACES = List.of("cmdline", "environ", "cgroup", "mountinfo");

  /**
   * A process.
   *
   * @param command its command line, with spaces between the arguments
   */
  record Found(long pid, String command) {}

  private Processes() {}

  /** Whether it runs; what has ended and was not collected yet does not. */
  static boolean runs(long pid) {
    String stat = read(PROC.resolve(Long.toString(pid)).resolve("stat"));
    int state = stat.lastIndexOf(") ") + 2;
    return state > 2 && stat.length() > state && stat.charAt(state) != 'Z';
  }

  /** Those that have to do with a folder: by arguments, environment, group, mounts or directory. */
  static List<Found> of(Path folder) throws IOException {
    // A mount is told relative to its file system, so the whole path need not be there.
    String name = folder.subpath(folder.getNameCount() - 2, folder.getNameCount()).toString();
    List<Found> found = new ArrayList<>();
    try (Stream<Path> entries = Files.list(PROC)) {
      for (Path process : entries.filter(Processes::isProcess).toList()) {
        long pid = Long.parseLong(process.getFileName().toString());
        boolean ours =
            TRACES.stream().anyMatch(trace -> read(process.resolve(trace)).contains(name))
                || directory(process).contains(name);
        if (ours && pid != ProcessHandle.current().pid() && runs(pid)) {
          String command = read(process.resolve("cmdline")).replace('\0', ' ').strip();
          found.add(new Found(pid, command));
        }
      }
    }
    return found;
  }

  private static boolean isProcess(Path entry) {
    return entry.getFileName().toString().chars().allMatch(Character::isDigit);
  }

  private static String directory(Path process) {
    try {
      return Files.readSymbolicLink(process.resolve("cwd")).toString();
    } catch (IOException e) {
      return "";
    }
  }

  /** Empty where the process is gone, or not ours to look at. */
  private static String read(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      return "";
    }
  }
}
