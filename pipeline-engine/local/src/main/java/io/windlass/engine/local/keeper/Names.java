package io.windlass.engine.local.keeper;

import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** Names for replicas: of their process and a part that no other has, fit for file names. */
final class Names {
  private static final String LETTERS = "abcdefghijkmnpqrstuvwxyz23456789";
  private static final int LENGTH = 6;
  private static final int READABLE = 24;

  private Names() {}

  static String fresh(String process) {
    String readable = process.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    StringBuilder name = new StringBuilder(readable);
    name.setLength(Math.min(name.length(), READABLE));
    return name.append('-').append(random()).toString();
  }

  static String random() {
    StringBuilder text = new StringBuilder();
    ThreadLocalRandom.current()
        .ints(LENGTH, 0, LETTERS.length())
        .forEach(i -> text.append(LETTERS.charAt(i)));
    return text.toString();
  }
}
