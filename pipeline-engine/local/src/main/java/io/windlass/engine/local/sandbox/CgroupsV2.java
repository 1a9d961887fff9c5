package io.windlass.engine.local.sandbox;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** The one hierarchy of newer machines. The parent stands directly below its root. */
record CgroupsV2(Path mount, String parent) implements Cgroups {
  private static final List<String> CONTROLLERS = List.of("cpu", "memory", "pids");
  private static final int PERIOD_MICROS = 100_000;

  static boolean mounted(Path mount) {
    try {
      return List.of(Files.readString(mount.resolve("cgroup.controllers")).strip().split(" ", -1))
          .containsAll(CONTROLLERS);
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public String kind() {
    return "cgroup v2";
  }

  @Override
  public List<Path> create(String name, Bounds bounds) throws IOException {
    Path group = group(name);
    Path ours = mount.resolve(parent);
    Files.createDirectories(ours);
    for (Path above : List.of(mount, ours)) {
      Files.writeString(above.resolve("cgroup.subtree_control"), "+cpu +memory +pids");
    }
    Files.createDirectories(group);
    write(group, "cpu.weight", Long.toString(weight(bounds.cpuWeight())));
    write(
        group,
        "cpu.max",
        (bounds.cpuMillis() == 0
                ? "max"
                : Long.toString(Math.max(1_000L, bounds.cpuMillis() * (PERIOD_MICROS / 1000L))))
            + " "
            + PERIOD_MICROS);
    write(
        group,
        "memory.max",
        bounds.memoryBytes() == 0 ? "max" : Long.toString(bounds.memoryBytes()));
    write(group, "pids.max", Integer.toString(bounds.processes()));
    return List.of(group.resolve("cgroup.procs"));
  }

  /** From v1's scale (1024 is ordinary) to v2's (100 is). */
  static long weight(int shares) {
    return Math.clamp(Math.round(shares * 100.0 / 1024), 1, 10_000);
  }

  @Override
  public List<Path> directories(String name) {
    return List.of(group(name));
  }

  @Override
  public OptionalLong cpuNanos(String name) {
    OptionalLong micros = Cgroups.number(group(name).resolve("cpu.stat"), "usage_usec");
    return micros.isEmpty() ? micros : OptionalLong.of(micros.getAsLong() * 1000);
  }

  @Override
  public OptionalLong memoryBytes(String name) {
    OptionalLong used = Cgroups.number(group(name).resolve("memory.current"));
    OptionalLong droppable = Cgroups.number(group(name).resolve("memory.stat"), "inactive_file");
    return used.isEmpty()
        ? used
        : OptionalLong.of(Math.max(0, used.getAsLong() - droppable.orElse(0)));
  }

  @Override
  public boolean outOfMemory(String name) {
    return Cgroups.number(group(name).resolve("memory.events"), "oom_kill").orElse(0) > 0;
  }

  @Override
  public void remove(String name) {
    CgroupsV1.removeDirectory(group(name));
  }

  @Override
  public void retain(List<String> names) {
    try (DirectoryStream<Path> groups =
        Files.newDirectoryStream(mount.resolve(parent), Files::isDirectory)) {
      for (Path group : groups) {
        if (!names.contains(group.getFileName().toString())) {
          CgroupsV1.removeDirectory(group);
        }
      }
    } catch (IOException e) {
      // No group was ever made.
    }
  }

  @Override
  public void close() {
    CgroupsV1.removeDirectory(mount.resolve(parent));
  }

  private Path group(String name) {
    return mount.resolve(parent).resolve(name);
  }

  private static void write(Path group, String file, String value) throws IOException {
    Files.writeString(group.resolve(file), value);
  }
}
