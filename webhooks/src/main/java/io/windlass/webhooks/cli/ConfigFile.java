package io.windlass.webhooks.cli;

import io.windlass.webhooks.settings.Settings;
import io.windlass.webhooks.settings.SettingsReader;
import io.windlass.webhooks.settings.SettingsReader.ReadResult;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads the server's file for commands. */
final class ConfigFile {
  private ConfigFile() {}

  /** Reads the file; every mistake in it is in the message. */
  static Settings read(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(
          "Tried to read the server's file '"
              + file
              + "' but it is not there; make one with 'windlass repo add OWNER/NAME --config "
              + file
              + "'");
    }
    ReadResult result = SettingsReader.read(file);
    return result
        .settings()
        .orElseThrow(() ->
            new IOException(
                "The server's file has mistakes:\n"
                    + result.problems().stream()
                        .map(Object::toString)
                        .collect(Collectors.joining("\n"))));
  }

  /** The server's address on this machine, as its file says; empty where there is none. */
  static Optional<URI> address(Path file) throws IOException {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    Settings.Listen listen = read(file).server().listen();
    boolean everywhere = listen.host().equals("0.0.0.0") || listen.host().equals("::");
    return Optional.of(
        URI.create(
            "http://" + (everywhere ? new Settings.Listen("127.0.0.1", listen.port()) : listen)));
  }

  /** The server's data directory. */
  static Path data(Path file) throws IOException {
    return read(file).server().data();
  }
}
