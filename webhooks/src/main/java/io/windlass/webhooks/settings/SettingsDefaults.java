package io.windlass.webhooks.settings;

import io.windlass.webhooks.settings.Settings.Listen;
import io.windlass.webhooks.settings.Settings.Retention;
import java.net.URI;
import java.time.Duration;

/**
 * What holds where the server's file says nothing. The documentation's table is checked with it.
 */
public final class SettingsDefaults {

  public static final Listen LISTEN = new Listen("127.0.0.1", 8080);

  /** Relative to the file. */
  public static final String DATA = "windlass-data";

  /** Relative to the server's data. */
  public static final String KEEPER_DATA = "keeper";

  public static final URI GITHUB_API = URI.create("https://api.github.com/");
  public static final String CLONE_HOST = "https://github.com/";
  public static final Listen KEEPER_LISTEN = new Listen("127.0.0.1", 8081);
  public static final double BUDGET = 0.8;
  public static final boolean START_KEEPER = true;

  /** Any that is free; it stands in the keeper's directory. */
  public static final int METRICS_PORT = 0;

  public static final Settings.StepDisk STEPS = new Settings.StepDisk(20L << 30, 1L << 30);

  public static final Duration TICK = Duration.ofSeconds(5);
  public static final Retention RETENTION =
      new Retention(
          Duration.ofDays(30),
          Duration.ofDays(90),
          Duration.ofDays(30),
          Duration.ofDays(90),
          Duration.ofDays(365));

  private SettingsDefaults() {}
}
