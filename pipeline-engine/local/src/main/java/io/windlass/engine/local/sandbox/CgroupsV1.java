package io.windlass.engine.local.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/** One hierarchy for each controller. */
record CgroupsV1(Path mount, String parent) implements Cgroups {
  private static final List<String> CONTROLLERS = List.of("cpu", "cpuacct", "memory", "pids");

  /** Period of the processor's quota; the kernel's own default. */
  private static final int PERIOD_MICROS = 100_000;

  static boolean mounted(Path mount) {
    return CONTROLLERS.stream()
        .allMatch(c -> Files.isRegularFile(mount.resolve(c + "/cgroup.procs")));
  }

  @Override
  public String kind() {
    return "cgroup v1";
  }

  @Override
  public List<Path> create(String name, Bounds bounds) throws IOException {
    for (Path directory : groups(name)) {
      Files.createDirectories(directory);
    }
    write(name, "cpu", "cpu.shares", Math.max(2, bounds.cpuWeight()));
    write(
        name,
        "cpu",
        "cpu.cfs_quota_us",
        bounds.cpuMillis() == 0
            ? -1
            : Math.max(1_000L, bounds.cpuMillis() * (PERIOD_MICROS / 1000L)));
    write(
        name,
        "memory",
        "memory.limit_in_bytes",
        bounds.memoryBytes() == 0 ? -1 : bounds.memoryBytes());
    write(name, "pids", "pids.max", bounds.processes());
    return groups(name).stream().map(d -> d.resolve("cgroup.procs")).toList();
  }

  @Override
  public List<Path> directories(String name) {
    List<Path> seen = new ArrayList<>(groups(name));
    // A JVM reads its limits only where it finds this controller too; we set nothing there.
    Path cpuset = mount.resolve("cpuset");
    if (Files.isDirectory(cpuset)) {
      seen.add(cpuset);
    }
    return seen;
  }

  private List<Path> groups(String name) {
    // cpu and cpuacct are one hierarchy on most machines; the same directory twice does no harm.
    return CONTROLLERS.stream().map(c -> group(c, name)).toList();
  }

  @Override
  public OptionalLong cpuNanos(String name) {
    return Cgroups.number(group("cpuacct", name).resolve("cpuacct.usage"));
  }

  @Override
  public OptionalLong memoryBytes(String name) {
    Path group = group("memory", name);
    OptionalLong used = Cgroups.number(group.resolve("memory.usage_in_bytes"));
    OptionalLong droppable = Cgroups.number(group.resolve("memory.stat"), "total_inactive_file");
    return used.isEmpty()
        ? used
        : OptionalLong.of(Math.max(0, used.getAsLong() - droppable.orElse(0)));
  }

  @Override
  public boolean outOfMemory(String name) {
    return Cgroups.number(group("memory", name).resolve("memory.oom_control"), "oom_kill").orElse(0)
        > 0;
  }

  @Override
  public void remove(String name) {
    groups(name).forEach(CgroupsV1::removeDirectory);
  }

  @Override
  public void retain(List<String> names) {
    try (DirectoryStream<Path> groups =
        Files.newDirectoryStream(mount.resolve("memory").resolve(parent), Files::isDirectory)) {
      for (Path group : groups) {
        String name = group.getFileName().toString();
        if (!names.contains(name)) {
          remove(name);
        }
      }
    } catch (IOException e) {
      // No group was ever made.
    }
  }

  @Override
  public void close() {
    CONTROLLERS.forEach(c -> removeDirectory(mount.resolve(c).resolve(parent)));
  }

  static void removeDirectory(Path directory) {
    try {
      Files.deleteIfExists(directory);
    } catch (IOException e) {
      // A process is still leaving it: retain() of the next start takes it.
    }
  }

  private Path group(String controller, String name) {
    return Stream.of(controller, parent, name).reduce(mount, Path::resolve, (_, b) -> b);
  }

  private void write(String name, String controller, String file, long value) throws IOException {
    Files.writeString(group(controller, name).resolve(file), Long.toString(value));
  }
}
