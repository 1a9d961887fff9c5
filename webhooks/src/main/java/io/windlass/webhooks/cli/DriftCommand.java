package io.windlass.webhooks.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code windlass drift ENVIRONMENT}. */
@Command(
    name = "drift",
    description =
        "Shows what somebody else has changed at an environment's target since its release came. Exit status 1 where something differs.")
final class DriftCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ServerOptions server;
  @Mixin private EnvironmentArgument environment;

  @Override
  public Integer call() throws Exception {
    JsonNode drift = server.client().get(environment.path("drift"));
    PrintWriter out = spec.commandLine().getOut();
    if (drift.path("changes").isEmpty()) {
      out.println("Nothing differs from release " + drift.path("release").asText() + ".");
      return 0;
    }
    out.println("To be as release " + drift.path("release").asText() + " says, this would change:");
    PlanCommand.changes(drift, out);
    return Main.FAILED;
  }
}
