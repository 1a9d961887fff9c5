package io.windlass.webhooks.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code windlass freeze ENVIRONMENT}. */
@Command(
    name = "freeze",
    description = "Keeps an environment at its release; commits wait until 'unfreeze'.")
final class FreezeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ServerOptions server;
  @Mixin private EnvironmentArgument environment;
  @Mixin private ReasonOption reason;

  @Override
  public Integer call() throws Exception {
    server.client().put(environment.path("freeze"), Map.of("reason", reason.text()));
    spec.commandLine().getOut().println("Frozen: " + environment);
    return 0;
  }
}
