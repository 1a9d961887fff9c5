package io.windlass.engine.image;

/** What an image stands on. */
public sealed interface Base {

  /** The label that says so on an image whose base is {@link Host}. */
  String LABEL = "io.windlass.base";

  /**
   * Nothing of its own: the program finds its interpreter and its libraries on the machine that
   * runs it. The entry point is looked up on that machine's PATH and its other paths are relative
   * to {@code /app}.
   */
  record Host() implements Base {}

  /** Nothing at all: a static binary. */
  record Scratch() implements Base {}

  /** An image in a registry, by tag or, better, by digest: {@code node:22-slim}. */
  record FromRegistry(String reference) implements Base {}

  /** Reads {@code host}, {@code scratch} or a reference. */
  static Base parse(String text) {
    return switch (text) {
      case "host" -> new Host();
      case "scratch" -> new Scratch();
      default -> new FromRegistry(text);
    };
  }
}
