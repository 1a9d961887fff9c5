package io.windlass.webhooks.cli;

import picocli.CommandLine.Parameters;

/** The environment that a command is about: its first argument. */
final class EnvironmentArgument {
  @Parameters(
      index = "0",
      paramLabel = "ENVIRONMENT",
      description = "For example acme/shop/production.")
  private String name;

  /** As it was typed, for messages. */
  @Override
  public String toString() {
    return name;
  }

  /**
   * The API's path to what is asked of the environment.
   *
   * @param part what follows the environment, {@code freeze}; empty for the environment itself
   * @throws IllegalArgumentException where what was typed names no environment
   */
  String path(String part) {
    return "/api/v1/environments/" + Name.environment(name) + (part.isEmpty() ? "" : "/" + part);
  }
}
