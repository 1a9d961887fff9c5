package io.windlass.webhooks.server;

import io.windlass.webhooks.settings.Settings;
import io.windlass.webhooks.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

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
    return new Configured(file, SettingsReader.load(file));
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
    Settings fresh = SettingsReader.load(file);
    Settings old = settings.get();
    if (!fresh.server().equals(old.server())
        || !fresh.store().equals(old.store())
        || !fresh.targets().equals(old.targets())
        || !fresh.steps().equals(old.steps())
        || !fresh.prometheus().equals(old.prometheus())
        || !fresh.scaler().equals(old.scaler())
        || !fresh.registries().equals(old.registries())
        || !fresh.submodules().equals(old.submodules())) {
      throw new IOException(
          "server, database, prometheus, registries, submodules, targets, steps and scaler of '"
              + file
              + "' cannot be changed while the server runs; restart it (nothing is lost by that)");
    }
    settings.set(fresh);
  }
}
