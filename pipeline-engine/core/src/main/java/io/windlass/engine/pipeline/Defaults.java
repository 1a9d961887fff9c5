package io.windlass.engine.pipeline;

import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;

/** What holds where the file says nothing. The table in the documentation is checked against it. */
public final class Defaults {

  public static final Duration STEP_TIMEOUT = Duration.ofMinutes(30);
  public static final int STEP_RETRIES = 0;
  public static final boolean ALLOW_FAILURE = false;
  public static final Duration SERVICE_WITHIN = Duration.ofMinutes(1);
  public static final boolean CANCEL_SUPERSEDED = false;
  public static final ZoneId TIMEZONE = ZoneOffset.UTC;
  public static final String BASE_IMAGE = "host";
  public static final String PROCESS = "web";
  public static final Duration HEALTH_INTERVAL = Duration.ofSeconds(5);
  public static final Duration STARTUP = Duration.ofSeconds(60);
  public static final Duration DRAIN = Duration.ofSeconds(30);
  public static final long VOLUME_BYTES = 1L << 30;
  public static final boolean VOLUME_SHARED = false;
  public static final Duration RELEASE_TIMEOUT = Duration.ofMinutes(10);

  /** Beyond what a rollout waits on purpose. */
  public static final Duration ROLLOUT_DEADLINE = Duration.ofMinutes(10);

  public static final Duration ROLLOUT_HOLD = Duration.ZERO;
  public static final Duration KEEP = Duration.ZERO;

  /** Where checks are to look at what has been switched to. */
  public static final Duration KEEP_CHECKED = Duration.ofMinutes(5);

  public static final boolean APPROVE = false;
  public static final Duration CHECK_EVERY = Duration.ofSeconds(30);
  public static final Duration CHECK_WINDOW = Duration.ofMinutes(1);
  public static final int CHECK_FAILURES = 3;
  public static final int CHECK_AT_LEAST = 50;
  public static final double CHECK_WORSE_BY = 0.2;
  public static final Check.NoData CHECK_NO_DATA = Check.NoData.HOLD;
  public static final String ROUTE_PATH = "/";
  public static final int REPLICAS = 1;

  /** The step that the preset java brings where the file names no steps. */
  public static final String BUILD_STEP = "build";

  private Defaults() {}
}
