package io.windlass.webhooks.server;

import io.windlass.scaler.syntax.Problem;
import io.windlass.webhooks.settings.Settings;
import io.windlass.webhooks.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The server's file as it was read last. */
final class Configured implements Supplier<Settings> {
  private final Path file;
  private final AtomicReference<Settings> settings;

  private Configured(Path file, Settings settings) {
    this.file = file;
    this.settings = new AtomicReference<>(settings);
  }

  /** Reads the file; every mistake in it is in the message. */
  static Configured read(Path file) throws IOException {
    return new Configured(file, parse(file));
  }

  Path file() {
    return file;
  }

  @Override
  public Settings get() {
    return settings.get();
  }

  /**
   * Reads the file again. What a running server cannot change is refused, and then nothing changes.
   *
   * @throws IOException with every mistake, or with what needs a restart
   */
  void reload() throws IOException {
    Settings fresh = parse(file);
    Settings old = settings.get();
    if (!fresh.server().equals(old.server())
        || !fresh.store().equals(old.store())
        || !fresh.targets().equals(old.targets())
        || !fresh.prometheus().equals(old.prometheus())
        || !fresh.scaler().equals(old.scaler())
        || !fresh.registries().equals(old.registries())
        || !fresh.submodules().equals(old.submodules())) {
      throw new IOException(
          "server, database, prometheus, registries, submodules, targets and scaler of '"
              + file
              + "' cannot be changed while the server runs; restart it (nothing is lost by that)");
    }
    settings.set(fresh);
  }

  private static Settings parse(Path file) throws IOException {
    SettingsReader.ReadResult result = SettingsReader.read(file);
    List<Problem> problems = result.problems();
    return result
        .settings()
        .orElseThrow(() ->
            new IOException(
                "The server's file has mistakes:\n"
                    + problems.stream().map(Problem::toString).collect(Collectors.joining("\n"))));
  }
}
