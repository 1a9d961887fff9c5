package io.windlass.engine.rollout;

import io.windlass.engine.pipeline.Check;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.scaler.policy.Scaling;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What an environment asks for. */
public sealed interface EnvironmentEffect {
  /** Binds policies to the environment's fleets. */
  record ApplyScaling(
      EnvironmentId environment, Map<String, Scaling> scaling, Optional<Integer> max)
      implements EnvironmentEffect {}

  /** Binds the policies that were in force when this release served last. */
  record RestoreScaling(ReleaseId release) implements EnvironmentEffect {}

  /**
   * Looks up the versions of secrets, and whether the release that is to serve does.
   *
   * @param current it; empty before the first
   */
  record Pin(
      long rollout, EnvironmentId environment, List<String> secrets, Optional<ReleaseId> current)
      implements EnvironmentEffect {}

  record Verify(long rollout, Release release, Optional<Release> from)
      implements EnvironmentEffect {}

  record Prepare(long rollout, Release release) implements EnvironmentEffect {}

  record RunCommand(long rollout, Release release, ReleaseCommand command)
      implements EnvironmentEffect {}

  /**
   * Asks for a division.
   *
   * @param stage of the rollout's plan
   * @param division empty where it was stored by a version that knew {@link Division.Replace} only
   */
  record Shift(
      long rollout,
      ReleaseId to,
      boolean returning,
      Set<String> processes,
      int stage,
      Optional<Division> division)
      implements EnvironmentEffect {}

  /**
   * Waits until the shift has settled or failed, or its time is over, or something gets into its
   * way.
   *
   * @param obstructed whether something was in its way when it was looked at last; then it waits
   *     for that to be gone as well
   * @param stage of the rollout's plan
   * @param time what the rollout has in all; a server that takes the watch up counts it from its
   *     own start, as nobody worked at what is watched while there was none
   */
  record Watch(
      long rollout,
      ReleaseId to,
      boolean returning,
      Set<String> processes,
      Instant until,
      boolean obstructed,
      int stage,
      Duration time)
      implements EnvironmentEffect {}

  /**
   * Watches for a while that what a stage holds does not break, and renews the scaler's holds.
   *
   * @param obstructed as in {@link Watch}
   */
  record Guard(long rollout, int stage, ReleaseId to, Set<String> processes, boolean obstructed)
      implements EnvironmentEffect {}

  /** Looks once more whether what a stage holds is broken, before its hold ends. */
  record Confirm(long rollout, int stage, ReleaseId to) implements EnvironmentEffect {}

  /**
   * Measures a release, and the one before it.
   *
   * @param index of the check among the rollout's
   */
  record Look(long rollout, int index, Check check, ReleaseId release, Optional<ReleaseId> before)
      implements EnvironmentEffect {}

  /** Takes a release away that had nothing before it, as far as the server knows. */
  record TakeAway(ReleaseId release) implements EnvironmentEffect {}

  /** Takes all of the environment away: fleets, routes, releases. */
  record Remove(EnvironmentId environment) implements EnvironmentEffect {}

  /** Lets the scaler shrink again, and removes what is left of a release that serves no more. */
  record Finish(
      long rollout, EnvironmentId environment, Optional<ReleaseId> old, Set<String> processes)
      implements EnvironmentEffect {}
}
