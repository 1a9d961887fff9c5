package io.windlass.webhooks.cli;

import io.windlass.webhooks.access.AdminToken;
import io.windlass.webhooks.client.ApiClient;
import io.windlass.webhooks.settings.Settings;
import io.windlass.webhooks.settings.SettingsReader;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How a command finds the server that it speaks to, and proves who asks. */
final class ServerOptions {
  private static final String DEFAULT_SERVER = "http://127.0.0.1:8080";

  @Option(
      names = "--server",
      paramLabel = "URL",
      description =
          "The server's address (default: $WINDLASS_SERVER, else " + DEFAULT_SERVER + ").")
  private @Nullable URI server;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "A file that holds an API token (default: the token in $WINDLASS_TOKEN, else 'admin-token' in the data"
              + " directory of the server's file). A token is never taken from the command line, where others can read it.")
  private @Nullable Path tokenFile;

  @Mixin private ConfigOption config;

  /** The server's file that the command works on. */
  Path configFile() {
    return config.file();
  }

  /** A client of the server. */
  ApiClient client() throws IOException {
    return new ApiClient(address(), token());
  }

  private URI address() throws IOException {
    if (server != null) {
      return server;
    }
    String named = System.getenv("WINDLASS_SERVER");
    if (named != null && !named.isBlank()) {
      return URI.create(named);
    }
    Path file = configFile();
    return Files.exists(file) ? address(SettingsReader.load(file)) : URI.create(DEFAULT_SERVER);
  }

  private static URI address(Settings settings) {
    Settings.Listen listen = settings.server().listen();
    boolean everywhere = listen.host().equals("0.0.0.0") || listen.host().equals("::");
    return URI.create(
        "http://" + (everywhere ? new Settings.Listen("127.0.0.1", listen.port()) : listen));
  }

  private String token() throws IOException {
    String named = System.getenv("WINDLASS_TOKEN");
    if (tokenFile == null && named != null && !named.isBlank()) {
      return named.strip();
    }
    Path file =
        tokenFile != null
            ? tokenFile
            : AdminToken.file(SettingsReader.load(configFile()).server().data());
    if (!Files.isReadable(file)) {
      throw new IOException(
          "Tried to read an API token from '"
              + file
              + "' but it is not there or not readable; name one with --token-file, set WINDLASS_TOKEN, or run this where the server runs");
    }
    return Files.readString(file).strip();
  }
}
