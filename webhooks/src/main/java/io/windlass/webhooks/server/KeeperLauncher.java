package io.windlass.webhooks.server;

import io.windlass.engine.local.client.KeeperClient;
import io.windlass.engine.local.client.KeeperException;
import io.windlass.webhooks.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts a keeper where none answers and the settings say so. It gets a session of its own and
 * outlives the server. On a machine with systemd the keeper has a unit, and this finds it running.
 */
final class KeeperLauncher {
  private static final Logger LOG = LoggerFactory.getLogger(KeeperLauncher.class);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(30);

  private KeeperLauncher() {}

  /** Makes sure that a keeper answers, or says why none does. */
  static void ensure(Settings.Target.Keeper keeper, Path config)
      throws IOException, InterruptedException {
    if (answers(keeper.data(), Duration.ofMillis(300))) {
      return;
    }
    if (!keeper.start()) {
      throw new IOException(
          "Tried to reach the keeper of '"
              + keeper.data()
              + "' but none answers, and the server's file says start: false; start it with 'windlass keeper'");
    }
    Files.createDirectories(keeper.data());
    Path log = keeper.data().resolve("keeper.log");
    List<String> command = new ArrayList<>(List.of("setsid"));
    command.addAll(JavaLaunch.command("160m", List.of("keeper", "--config", config.toString())));
    Process started =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    if (!answers(keeper.data(), ANSWERS_WITHIN)) {
      throw new IOException(
          "Tried to start the keeper but it does not answer"
              + (started.isAlive() ? "" : " and ended with status " + started.exitValue())
              + "; its log is "
              + log);
    }
    LOG.atInfo().addKeyValue("pid", started.pid()).addKeyValue("log", log).log("started a keeper");
  }

  private static boolean answers(Path directory, Duration within) throws InterruptedException {
    try (KeeperClient client = new KeeperClient(directory, within)) {
      client.status();
      return true;
    } catch (KeeperException e) {
      return false;
    }
  }
}
