package io.windlass.engine.local.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/**
 * Limits and measurements by the kernel's control groups. Which version the machine has is found
 * out by trying; {@link None} is the machine without.
 *
 * <p>A group's name is a single path element. Groups are made again under the same name without
 * harm, and are found again after a restart of the keeper.
 */
public sealed interface Cgroups permits CgroupsV1, CgroupsV2, Cgroups.None {
  /**
   * What a group may use.
   *
   * @param cpuWeight share of the processor when it is short, against 1024 of an ordinary process
   * @param cpuMillis thousandths of a core at most; 0: no limit
   * @param memoryBytes at most; 0: no limit
   * @param processes and threads at most
   */
  record Bounds(int cpuWeight, int cpuMillis, long memoryBytes, int processes) {}

  /** {@code cgroup v1}, {@code cgroup v2} or {@code none}. */
  String kind();

  /** Makes the group with these bounds and names the files that its first process joins. */
  List<Path> create(String name, Bounds bounds) throws IOException;

  /**
   * Directories of the group, which a process may see at the same place so that runtimes (a JVM)
   * find their limits.
   */
  List<Path> directories(String name);

  /** Processor time of the group so far; empty where it is not measured. */
  OptionalLong cpuNanos(String name);

  /** Memory of the group now, without page cache that can be dropped; empty if not measured. */
  OptionalLong memoryBytes(String name);

  /** Whether the kernel has killed a process of the group for want of memory. */
  boolean outOfMemory(String name);

  /** Removes the group; it must have no processes. Nothing happens where it is not there. */
  void remove(String name);

  /** Removes the groups that are not among these. */
  void retain(List<String> names);

  /** Removes the group above all of these where it is empty. */
  void close();

  /** A machine where groups cannot be made. */
  record None() implements Cgroups {
    @Override
    public String kind() {
      return "none";
    }

    @Override
    public List<Path> create(String name, Bounds bounds) {
      return List.of();
    }

    @Override
    public List<Path> directories(String name) {
      return List.of();
    }

    @Override
    public OptionalLong cpuNanos(String name) {
      return OptionalLong.empty();
    }

    @Override
    public OptionalLong memoryBytes(String name) {
      return OptionalLong.empty();
    }

    @Override
    public boolean outOfMemory(String name) {
      return false;
    }

    @Override
    public void remove(String name) {}

    @Override
    public void retain(List<String> names) {}

    @Override
    public void close() {}
  }

  /** Reads a file of one number. */
  static OptionalLong number(Path file) {
    try {
      return OptionalLong.of(Long.parseLong(Files.readString(file).strip()));
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /** Reads the number behind a key in a file of {@code key number} lines. */
  static OptionalLong number(Path file, String key) {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(key + " ")) {
          return OptionalLong.of(Long.parseLong(line.substring(key.length() + 1).strip()));
        }
      }
      return OptionalLong.empty();
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
