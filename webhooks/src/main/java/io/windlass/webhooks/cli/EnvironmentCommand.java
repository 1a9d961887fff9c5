package io.windlass.webhooks.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
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

    @Parameters(
        index = "0",
        paramLabel = "ENVIRONMENT",
        description = "For example acme/shop/production.")
    private String environment;

    @Option(
        names = "--reason",
        required = true,
        paramLabel = "TEXT",
        description = "Why; it is shown and kept.")
    private String reason;

    @Option(names = "--yes", description = "Says that it is meant: what serves there ends.")
    private boolean yes;

    @Override
    public Integer call() throws Exception {
      String path = "/api/v1/environments/" + Name.environment(environment) + "/removal";
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
                  .post(path, Map.of("reason", reason, "confirm", environment))
                  .path("message")
                  .asText("Accepted."));
      return 0;
    }
  }
}
