package io.windlass.webhooks.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code windlass secret}. */
@Command(
    name = "secret",
    description = "Secrets that steps and applications get by name.",
    subcommands = {SecretCommand.Set.class})
final class SecretCommand {
  private SecretCommand() {}

  /**
   * {@code windlass secret set NAME --repository acme/shop}; the value comes from standard input or
   * a prompt, never from arguments.
   */
  @Command(
      name = "set",
      description =
          "Stores a secret's value, encrypted. The value is read from standard input, or asked for without echo.")
  static final class Set implements Callable<Integer> {
    private static final int MAX_BYTES = 64 * 1024;

    @Spec private CommandSpec spec;
    @Mixin private ServerOptions server;

    @Parameters(index = "0", paramLabel = "NAME", description = "For example DATABASE_URL.")
    private String name;

    @Option(
        names = "--repository",
        required = true,
        paramLabel = "OWNER/NAME",
        description = "The repository it belongs to.")
    private String repository;

    @Option(
        names = "--environment",
        paramLabel = "NAME",
        description = "Only for this environment (default: for the steps).")
    private @Nullable String environment;

    @Override
    public Integer call() throws Exception {
      String path = "/api/v1/repositories/" + Name.repository(repository) + "/secrets/" + name;
      if (environment != null) {
        path += "?environment=" + environment;
      }
      server.client().put(path, Map.of("value", value()));
      spec.commandLine().getOut().println("Stored: " + name);
      return 0;
    }

    @SuppressWarnings("SystemConsoleNull") // a JVM can be told to have none
    private static String value() throws IOException {
      Console console = System.console();
      if (console != null && console.isTerminal()) {
        char[] typed = console.readPassword("Value: ");
        return typed == null ? "" : new String(typed);
      }
      byte[] read = System.in.readNBytes(MAX_BYTES + 1);
      if (read.length > MAX_BYTES) {
        throw new IOException(
            "Tried to read the secret's value but it is larger than "
                + MAX_BYTES
                + " bytes; store a shorter one");
      }
      String value = new String(read, StandardCharsets.UTF_8);
      return value.endsWith("\n") ? value.substring(0, value.length() - 1) : value;
    }
  }
}
