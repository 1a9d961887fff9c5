package io.windlass.webhooks.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code windlass deploy SHA ENVIRONMENT}. */
@Command(
    name = "deploy",
    description = "Deploys a commit to an environment, if need be after building it.")
final class DeployCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ServerOptions server;

  @Parameters(
      index = "0",
      paramLabel = "SHA",
      description = "The commit, in full (40 hexadecimal digits).")
  private String sha;

  @Parameters(
      index = "1",
      paramLabel = "ENVIRONMENT",
      description = "For example acme/shop/production.")
  private String environment;

  @Override
  public Integer call() throws Exception {
    String path = "/api/v1/environments/" + Name.environment(environment) + "/deployments";
    String said =
        server.client().post(path, Map.of("sha", sha)).path("message").asText("Accepted.");
    spec.commandLine().getOut().println(said);
    return 0;
  }
}
