package io.windlass.webhooks.cli;

import io.windlass.engine.local.keeper.KeeperMain;
import io.windlass.engine.local.keeper.KeeperSettings;
import io.windlass.webhooks.settings.Settings;
import io.windlass.webhooks.settings.SettingsReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code windlass keeper}. */
@Command(
    name = "keeper",
    description =
        "Runs the keeper of this machine: replicas, host steps and routes. SIGTERM ends it and leaves the replicas running.")
final class KeeperCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Option(
      names = "--inherit-socket",
      description = "Serve the listening socket that standard input is, as systemd hands it over.")
  private boolean inherit;

  @Override
  public Integer call() throws Exception {
    Path file = config.file().toAbsolutePath().normalize();
    Settings settings = SettingsReader.load(file);
    Settings.Target.Keeper keeper =
        settings
            .keeper()
            .orElseThrow(() ->
                new IOException(
                    "Tried to run this machine's keeper but no target of '"
                        + file
                        + "' is one; add 'targets: { local: { keeper: {} } }'"));
    Files.createDirectories(keeper.data());
    KeeperMain.run(settings(keeper, settings.server().data()));
    return 0;
  }

  KeeperSettings settings(Settings.Target.Keeper keeper, Path data) {
    KeeperSettings standard = KeeperSettings.of(keeper.data());
    KeeperSettings.Routes routes =
        KeeperSettings.Routes.on(keeper.listen().host(), keeper.listen().port());
    return standard
        .withContentStore(data.resolve("images"))
        .withSurroundings(
            new KeeperSettings.Surroundings(
                List.of(data.toAbsolutePath().normalize()),
                keeper.reach().stream()
                    .map(r -> new KeeperSettings.Surroundings.Reach(r.host(), r.port()))
                    .toList()))
        .withRoutes(new KeeperSettings.Routes(routes.listen(), inherit, keeper.trusted()))
        .withPort(keeper.metricsPort())
        .withLimits(standard.limits().withDisk(keeper.steps().disk(), keeper.steps().keepFree()))
        .withBudget(
            new KeeperSettings.Budget(percent(keeper.cpuShare()), percent(keeper.memoryShare())));
  }

  private static int percent(double share) {
    return (int) Math.round(share * 100);
  }
}
