package io.windlass.engine.local.keeper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Figures of the machine. */
final class Machine {
  private Machine() {}

  static long memoryBytes() {
    return meminfo("MemTotal");
  }

  /** What can be used without swapping. */
  static long availableBytes() {
    return meminfo("MemAvailable");
  }

  private static long meminfo(String key) {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/meminfo"))) {
        if (line.startsWith(key + ":")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) << 10;
        }
      }
      throw new IOException("no " + key);
    } catch (IOException e) {
      throw new IllegalStateException(
          "Tried to read the machine's memory but /proc/meminfo does not say it", e);
    }
  }
}
