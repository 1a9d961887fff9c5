package io.windlass.webhooks.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code windlass unfreeze ENVIRONMENT}. */
@Command(name = "unfreeze", description = "Lets commits land on an environment again.")
final class UnfreezeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ServerOptions server;
  @Mixin private EnvironmentArgument environment;

  @Override
  public Integer call() throws Exception {
    server.client().delete(environment.path("freeze"));
    spec.commandLine().getOut().println("No longer frozen: " + environment);
    return 0;
  }
}
