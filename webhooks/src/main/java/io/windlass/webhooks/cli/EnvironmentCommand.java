package io.windlass.webhooks.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code windlass environment ...}. */
@Command(
    name = "environment",
    description = "Takes environments away.",
    subcommands = {EnvironmentCommand.Remove.class},
    synopsisSubcommandLabel = "COMMAND")
final class EnvironmentCommand {
  private EnvironmentCommand() {}

  /** {@code windlass environment remove ENVIRONMENT}. */
  @Command(
      name = "remove",
      description =
          "Stops all that runs of an environment that the server's file does not grant any more: replicas are drained, routes and releases go. Its history stays.")
  static final class Remove implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ServerOptions server;
    @Mixin private EnvironmentArgument environment;
    @Mixin private ReasonOption reason;

    @Option(names = "--yes", description = "Says that it is meant: what serves there ends.")
    private boolean yes;

    @Override
    public Integer call() throws Exception {
      String path = environment.path("removal");
      if (!yes) {
        spec.commandLine()
            .getErr()
            .println(
                "windlass: this ends all that serves in " + environment + "; say --yes to do it");
        return Main.USAGE;
      }
      spec.commandLine()
          .getOut()
          .println(
              server
                  .client()
                  .post(path, Map.of("reason", reason.text(), "confirm", environment.toString()))
                  .path("message")
                  .asText("Accepted."));
      return 0;
    }
  }
}
