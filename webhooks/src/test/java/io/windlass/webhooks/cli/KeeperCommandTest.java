package io.windlass.webhooks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.local.keeper.KeeperSettings;
import io.windlass.webhooks.settings.Settings;
import io.windlass.webhooks.settings.SettingsReader;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeeperCommandTest {
  @TempDir Path folder;

  private KeeperSettings settings(String keeper) throws Exception {
    Path file =
        Files.writeString(
            folder.resolve("server.yaml"), "targets: { l: { keeper: " + keeper + " } }");
    Settings read = SettingsReader.load(file);
    return new KeeperCommand().settings(read.keeper().orElseThrow(), read.server().data());
  }

  @Test
  void theKeeperKeepsTheLimitsThatTheServersFileSets() throws Exception {
    KeeperSettings.Limits limits = settings("{ steps: { disk: 50GiB, keep-free: 5GiB } }").limits();

    assertThat(limits.workspaceBytes()).isEqualTo(50L << 30);
    assertThat(limits.freeBytes()).isEqualTo(5L << 30);
  }

  @Test
  void itsOwnDefaultsAreThoseOfTheFile() throws Exception {
    assertThat(settings("{}").limits()).isEqualTo(KeeperSettings.Limits.DEFAULT);
  }
}
