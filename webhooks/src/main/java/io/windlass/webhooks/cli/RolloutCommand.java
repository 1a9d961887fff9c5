package io.windlass.webhooks.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.windlass.webhooks.client.ApiClient;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code windlass rollout ...}. */
@Command(
    name = "rollout",
    description = "Lets rollouts go on, or gives them up.",
    subcommands = {RolloutCommand.Approve.class, RolloutCommand.Abort.class},
    synopsisSubcommandLabel = "COMMAND")
final class RolloutCommand {
  private RolloutCommand() {}

  /** {@code windlass rollout approve ENVIRONMENT}. */
  @Command(
      name = "approve",
      description = "Lets the rollout go on from the stage that waits for a person.")
  static final class Approve implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ServerOptions server;
    @Mixin private EnvironmentArgument environment;

    @Override
    public Integer call() throws Exception {
      ApiClient client = server.client();
      JsonNode rollout = client.get(environment.path("")).path("rollout");
      String path = environment.path("rollout/approve");
      Map<String, Object> body =
          rollout.isMissingNode()
              ? Map.of()
              : Map.of(
                  "rollout",
                  rollout.path("id").asLong(),
                  "stage",
                  rollout.path("staged").path("stage").asInt());
      spec.commandLine()
          .getOut()
          .println(client.post(path, body).path("message").asText("Accepted."));
      return 0;
    }
  }

  /** {@code windlass rollout abort ENVIRONMENT}. */
  @Command(
      name = "abort",
      description = "Gives the rollout under way up; the release before serves again.")
  static final class Abort implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private ServerOptions server;
    @Mixin private EnvironmentArgument environment;
    @Mixin private ReasonOption reason;

    @Override
    public Integer call() throws Exception {
      String path = environment.path("rollout/abort");
      Map<String, String> body = Map.of("reason", reason.text());
      spec.commandLine()
          .getOut()
          .println(server.client().post(path, body).path("message").asText("Accepted."));
      return 0;
    }
  }
}
