package io.windlass.engine.local.process;

import java.util.List;
import java.util.stream.Collectors;

/** Text for {@code /bin/sh}, in which every value stands for itself and nothing else. */
public final class Script {
  private Script() {}

  /** One word of a command. */
  public static String word(String value) {
    return "'" + value.replace("'", "'\\''") + "'";
  }

  static String command(List<String> words) {
    return words.stream().map(Script::word).collect(Collectors.joining(" ", "", "\n"));
  }

  /** Sets a variable for all commands that follow. */
  public static String export(String name, String value) {
    return "export " + name + "=" + word(value) + "\n";
  }
}
