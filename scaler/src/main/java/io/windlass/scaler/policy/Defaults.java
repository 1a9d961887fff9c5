package io.windlass.scaler.policy;

import java.time.Duration;

/**
 * Every default of the {@code scale:} block and every constant of the guards; the docs' table is
 * read from here.
 */
public final class Defaults {
  /** What rates are taken over, unless the source needs longer to see four scrapes. */
  public static final Duration SIGNAL_WINDOW = Duration.ofSeconds(30);

  /**
   * How far the load may be from its target before a policy wishes for another size, as a share of
   * the size.
   */
  public static final double TOLERANCE = 0.1;

  /**
   * {@code scale-in: hold}: a fleet shrinks only to the largest size that this long has asked for.
   */
  public static final Duration SCALE_IN_HOLD = Duration.ofMinutes(5);

  /** {@code scale-in: at-most}: the blast radius of a wrong signal. */
  public static final Rate SCALE_IN_RATE = new Rate(new Rate.Percent(50), Duration.ofMinutes(1));

  /** {@code scale-out: at-most}. */
  public static final Rate SCALE_OUT_RATE = new Rate(new Rate.Percent(100), Duration.ofSeconds(15));

  /** {@code on-missing-signal: hold}: how long a missing signal only forbids to shrink. */
  public static final Duration MISSING_HOLD = Duration.ofMinutes(10);

  /** The part of a fleet's members that must have a sample for a fleet to shrink on them. */
  public static final double COVERAGE = 0.8;

  /** The oldest sample that is believed, or twice the sampling interval, or half the window. */
  public static final Duration MAX_AGE = Duration.ofSeconds(60);

  /**
   * How long a replica's CPU is not believed after it became ready: its rate still holds its start.
   */
  public static final Duration WARM_UP = Duration.ofSeconds(30);

  /** A total that falls by more than this share between two evaluations is doubted. */
  public static final double CLIFF = 0.5;

  /**
   * A total that grows more than so many times between two evaluations is doubted, if it asks for a
   * leap in size.
   */
  public static final double JUMP = 10;

  /** The leap in size, as a multiple of the present one, from which a jump is doubted. */
  public static final int LEAP = 5;

  /** How many evaluations in a row must say the same before what was doubted is believed. */
  public static final int CONFIRMATIONS = 3;

  /** A longer pause between two evaluations makes the remembered windows unknown. */
  public static final Duration GAP = Duration.ofMinutes(2);

  private Defaults() {}
}
