package io.windlass.engine.image;

import java.util.Locale;
import java.util.regex.Pattern;

/** An operating system and a processor, in the words of the OCI image specification. */
public record Platform(String os, String architecture) {

  private static final Pattern WORD = Pattern.compile("[a-z0-9_]{1,32}");

  public Platform {
    if (!WORD.matcher(os).matches() || !WORD.matcher(architecture).matches()) {
      throw new IllegalArgumentException(
          "Tried to read the platform \"" + os + "/" + architecture + "\"; write linux/amd64");
    }
  }

  /** Reads {@code linux/amd64}. */
  public static Platform parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "Tried to read the platform \"" + text + "\" but it has no slash; write linux/amd64");
    }
    return new Platform(text.substring(0, slash), text.substring(slash + 1));
  }

  /** What this JVM runs on; images are for Linux wherever they are built. */
  public static Platform ofThisMachine() {
    String arch = System.getProperty("os.arch", "amd64").toLowerCase(Locale.ROOT);
    return new Platform(
        "linux",
        switch (arch) {
          case "x86_64" -> "amd64";
          case "aarch64" -> "arm64";
          default -> arch;
        });
  }

  @Override
  public String toString() {
    return os + "/" + architecture;
  }
}
