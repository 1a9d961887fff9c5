package io.windlass.engine.rollout;

import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.RunId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * How a rollout ended.
 *
 * @param release the number of the release that was to serve; empty when it was never made
 * @param from the number of the release before
 * @param run who asked; empty for a person's return
 * @param outcome LIVE, RETURNED, FAILED or ERRORED
 */
public record EndedRollout(
    long id,
    Optional<Long> release,
    Optional<Long> from,
    Optional<RunId> run,
    DeploymentStage outcome,
    String cause,
    List<String> lastLogLines,
    Instant startedAt,
    Instant endedAt) {}
