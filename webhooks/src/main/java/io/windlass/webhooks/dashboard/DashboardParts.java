package io.windlass.webhooks.dashboard;

import io.windlass.engine.decision.DecisionTable;
import io.windlass.engine.plan.Plans;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.repository.Repositories;
import io.windlass.engine.rollout.Environments;
import io.windlass.engine.rollout.Releases;
import io.windlass.engine.run.Runs;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.control.ScalerLoop;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.policy.Scaling;
import io.windlass.webhooks.delivery.Deliveries;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * What the pages read and ask.
 *
 * @param policies the policy that is in force for a fleet
 * @param served the repositories of the server's file as it is now
 * @param granted whether the server's file has an environment, also where nothing was deployed yet
 * @param clock what ages are counted from
 */
public record DashboardParts(
    Runs runs,
    Environments environments,
    Releases releases,
    Repositories repositories,
    Plans plans,
    Deliveries deliveries,
    ScalerLoop scaler,
    DecisionTable decisions,
    Function<FleetId, Optional<Scaling>> policies,
    Supplier<List<RepositoryName>> served,
    Predicate<EnvironmentId> granted,
    InstantSource clock) {}
