package io.windlass.webhooks.cli;

import picocli.CommandLine.Command;

/** {@code windlass repo}. */
@Command(
    name = "repo",
    description = "Repositories that the server believes.",
    subcommands = {RepoAddCommand.class})
final class RepoCommand {
  private RepoCommand() {}
}
