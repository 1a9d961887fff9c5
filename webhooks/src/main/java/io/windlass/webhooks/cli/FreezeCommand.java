package io.windlass.webhooks.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code windlass freeze ENVIRONMENT}. */
@Command(
    name = "freeze",
    description = "Keeps an environment at its release; commits wait until 'unfreeze'.")
final class FreezeCommand implements Callable<Integer> {
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

  @Override
  public Integer call() throws Exception {
    server
        .client()
        .put(
            "/api/v1/environments/" + Name.environment(environment) + "/freeze",
            Map.of("reason", reason));
    spec.commandLine().getOut().println("Frozen: " + environment);
    return 0;
  }
}
