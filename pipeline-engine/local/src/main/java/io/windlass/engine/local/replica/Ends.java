package io.windlass.engine.local.replica;

import java.util.Map;
import java.util.Optional;

/** Ends of processes in words. */
final class Ends {
  private static final Map<Integer, String> SIGNALS =
      Map.of(
          1, "SIGHUP", 2, "SIGINT", 3, "SIGQUIT", 4, "SIGILL", 6, "SIGABRT", 8, "SIGFPE", 9,
          "SIGKILL", 11, "SIGSEGV", 13, "SIGPIPE", 15, "SIGTERM");

  private Ends() {}

  static String describe(Optional<Integer> code, boolean outOfMemory) {
    if (outOfMemory) {
      return "its process was killed because it used more memory than its limit";
    }
    if (code.isEmpty()) {
      return "its process was killed";
    }
    int value = code.get();
    if (value > 128) {
      return "its process was ended by "
          + SIGNALS.getOrDefault(value - 128, "signal " + (value - 128));
    }
    return switch (value) {
      case 126, 127 -> "its program could not be started (exit code " + value + ")";
      default -> "its process ended with exit code " + value;
    };
  }
}
