package io.windlass.engine.local.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All processes of the machine at one moment, about: Linux has no way to read them at once. */
public final class ProcessTable {
  private final Map<Long, ProcessStat> processes;

  private ProcessTable(Map<Long, ProcessStat> processes) {
    this.processes = processes;
  }

  public static ProcessTable read() {
    Map<Long, ProcessStat> found = new HashMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path entry : entries) {
        long pid = Long.parseLong(entry.getFileName().toString());
        ProcessStat.of(pid).ifPresent(stat -> found.put(pid, stat));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Tried to list the machine's processes but /proc cannot be read", e);
    }
    return new ProcessTable(found);
  }

  /** A table of nothing, for who does not need one. */
  public static ProcessTable none() {
    return new ProcessTable(Map.of());
  }

  static ProcessTable of(Collection<ProcessStat> stats) {
    Map<Long, ProcessStat> map = new HashMap<>();
    stats.forEach(s -> map.put(s.pid(), s));
    return new ProcessTable(map);
  }

  /**
   * The session that this process led and all that descends from its members, itself first where it
   * lives; zombies left out. A session's number is not given to another process while a member
   * lives, so the members are found after their leader has ended too.
   */
  public List<ProcessStat> family(long leader) {
    Map<Long, List<ProcessStat>> children = new HashMap<>();
    List<ProcessStat> open = new ArrayList<>();
    for (ProcessStat stat : processes.values()) {
      children.computeIfAbsent(stat.parent(), _ -> new ArrayList<>()).add(stat);
      if (stat.session() == leader || stat.pid() == leader) {
        open.add(stat);
      }
    }
    open.sort((a, b) -> Boolean.compare(b.pid() == leader, a.pid() == leader));
    List<ProcessStat> family = new ArrayList<>();
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < open.size(); i++) {
      ProcessStat stat = open.get(i);
      if (seen.add(stat.pid())) {
        if (!stat.zombie()) {
          family.add(stat);
        }
        open.addAll(children.getOrDefault(stat.pid(), List.of()));
      }
    }
    return family;
  }

  /** Processes whose environment or arguments contain this text, the caller left out. */
  public List<ProcessStat> marked(String text) {
    byte[] wanted = text.getBytes(StandardCharsets.UTF_8);
    long self = ProcessHandle.current().pid();
    return processes.values().stream()
        .filter(s -> s.pid() != self && !s.zombie())
        .filter(s -> holds(s.pid(), "environ", wanted) || holds(s.pid(), "cmdline", wanted))
        .toList();
  }

  private static boolean holds(long pid, String file, byte[] wanted) {
    byte[] content;
    try {
      content = Files.readAllBytes(Path.of("/proc", Long.toString(pid), file));
    } catch (IOException e) {
      return false; // ended meanwhile, or of another user
    }
    for (int i = 0; i + wanted.length <= content.length; i++) {
      int n = 0;
      while (n < wanted.length && content[i + n] == wanted[n]) {
        n++;
      }
      if (n == wanted.length) {
        return true;
      }
    }
    return false;
  }
}
