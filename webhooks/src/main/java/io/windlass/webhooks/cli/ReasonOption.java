package io.windlass.webhooks.cli;

import picocli.CommandLine.Option;

/** Why somebody does what the history of an environment remembers. */
final class ReasonOption {
  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why; it is shown and kept.")
  private String text;

  String text() {
    return text;
  }
}
