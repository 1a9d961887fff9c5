package io.windlass.scaler.decision;

import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * One signal as the decision saw it.
 *
 * @param policy the key of the policy that asked
 * @param total over the whole fleet, in the signal's own unit; a lower bound when partial
 * @param perReplica the mean of the covered replicas, or the total divided by the size
 * @param shown {@code perReplica} in words with its unit; empty without data
 * @param age of the oldest sample used
 * @param coverage the part of the fleet's members that had a usable sample, from 0 to 1
 * @param problem why it is not whole
 */
public record Input(
    String policy,
    Health health,
    OptionalDouble total,
    OptionalDouble perReplica,
    String shown,
    Optional<Duration> age,
    double coverage,
    Optional<String> problem) {
  /** How far an input can be believed. */
  public enum Health {
    /** May grow and shrink a fleet. */
    WHOLE,
    /** A lower bound: may grow a fleet and never shrink it. */
    PARTIAL,
    /** There are samples, all too old: moves nothing. */
    STALE,
    /** No data: moves nothing. */
    MISSING
  }
}
