package io.windlass.webhooks.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code windlass rollback ENVIRONMENT}. */
@Command(
    name = "rollback",
    description =
        "Returns an environment to an earlier release and freezes it, so that no commit lands on it until 'unfreeze'.")
final class RollbackCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private ServerOptions server;
  @Mixin private EnvironmentArgument environment;
  @Mixin private ReasonOption reason;

  @Option(
      names = "--to",
      paramLabel = "N",
      description = "The release's number (default: the last good one before the present one).")
  private @Nullable Long release;

  @Override
  public Integer call() throws Exception {
    Map<String, Object> body = new LinkedHashMap<>();
    if (release != null) {
      body.put("release", release);
    }
    body.put("reason", reason.text());
    String path = environment.path("rollback");
    spec.commandLine()
        .getOut()
        .println(server.client().post(path, body).path("message").asText("Accepted."));
    return 0;
  }
}
