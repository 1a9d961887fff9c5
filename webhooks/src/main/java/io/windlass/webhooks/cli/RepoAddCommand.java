package io.windlass.webhooks.cli;

import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.syntax.Source;
import io.windlass.webhooks.client.ApiException;
import io.windlass.webhooks.settings.Settings;
import io.windlass.webhooks.settings.SettingsEditor;
import io.windlass.webhooks.settings.SettingsReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code windlass repo add OWNER/NAME}: writes the entry into the server's file and makes the
 * hook's secret.
 */
@Command(
    name = "add",
    description = {
      "Adds a repository to the server's file, makes its webhook's secret, and says what to enter at GitHub.",
      "Where the server's file is not there yet, one with the embedded defaults is made.",
      "What it makes belongs to whom the server's file belongs, or its folder."
    })
final class RepoAddCommand implements Callable<Integer> {
  private static final String NEW_FILE =
      """
      server: { listen: "127.0.0.1:8080" }
      targets:
        local: { keeper: { listen: "127.0.0.1:8081" } }
      """;

  @Spec private CommandSpec spec;
  @Mixin private ServerOptions server;

  @Parameters(index = "0", paramLabel = "OWNER/NAME", description = "For example acme/shop.")
  private String repository;

  @Option(
      names = "--clone",
      paramLabel = "URL",
      description = "Where to clone from (default: https://github.com/OWNER/NAME.git).")
  private @Nullable String clone;

  @Option(
      names = "--environment",
      paramLabel = "NAME",
      defaultValue = "production",
      description = "What it may deploy to (default: production).")
  private String environment;

  @Option(
      names = "--target",
      paramLabel = "NAME",
      defaultValue = "local",
      description = "Where that runs (default: local).")
  private String target;

  @Option(
      names = "--branch",
      paramLabel = "NAME",
      defaultValue = "main",
      description = "The branch that may deploy there (default: main).")
  private String branch;

  @Override
  public Integer call() throws IOException {
    RepositoryName name = RepositoryName.of(Name.repository(repository));
    Path file = server.configFile().toAbsolutePath().normalize();
    Path secret = file.resolveSibling(name.owner() + "-" + name.name() + ".secret");
    boolean there = Files.exists(file);
    String text = there ? Files.readString(file) : NEW_FILE;
    switch (SettingsEditor.addRepository(new Source(file.toString(), text), name, entry(secret))) {
      case SettingsEditor.Edit.Refused(String reason) -> throw new IOException(reason);
      case SettingsEditor.Edit.Changed(String changed) -> {
        Path model = there ? file : Objects.requireNonNull(file.getParent());
        if (Files.notExists(secret)) {
          OwnedFile.write(secret, randomText(), model);
        }
        OwnedFile.write(file, changed, model);
      }
    }
    Settings settings = SettingsReader.load(file);
    say(name, file, secret, settings);
    return 0;
  }

  private List<String> entry(Path secret) {
    List<String> lines = new ArrayList<>();
    if (clone != null) {
      lines.add("clone: " + quoted(clone));
    }
    lines.add("secret: { file: " + quoted(secret.toString()) + " }");
    lines.add("environments:");
    lines.add(
        "  " + environment + ": { target: " + target + ", branches: [" + quoted(branch) + "] }");
    return lines;
  }

  private void say(RepositoryName name, Path file, Path secret, Settings settings) {
    PrintWriter out = spec.commandLine().getOut();
    out.println("Added " + name + " to " + file + ".");
    out.println("At GitHub, in the repository's settings, add a webhook:");
    out.println("   payload URL:  " + settings.server().url().resolve("hooks/github/" + name));
    out.println("   content type: application/json");
    out.println("   secret:       the text in " + secret);
    out.println("   events:       pushes and pull requests");
    try {
      server.client().post("/api/v1/settings/reload", Map.of());
      out.println(
          "The running server has taken it up. Push a commit with a windlass.yaml to see the first run.");
    } catch (ApiException | IOException e) {
      out.println(
          "No server runs with this file yet: start it with 'windlass server --config "
              + file
              + "', then push a commit with a windlass.yaml.");
    }
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  private static String randomText() {
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    return HexFormat.of().formatHex(random) + "\n";
  }
}
