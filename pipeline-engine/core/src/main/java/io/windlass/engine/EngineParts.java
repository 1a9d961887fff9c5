package io.windlass.engine;

import io.windlass.engine.git.Limits;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.image.ImageBuilder;
import io.windlass.engine.journal.Projection;
import io.windlass.engine.notification.ChatHook;
import io.windlass.engine.notification.Links;
import io.windlass.engine.rollout.EnvironmentState;
import io.windlass.engine.rollout.RolloutTargets;
import io.windlass.engine.rollout.ScalingBinder;
import io.windlass.engine.rollout.SecretVersions;
import io.windlass.engine.run.CloneSource;
import io.windlass.engine.run.EnvironmentGrants;
import io.windlass.engine.run.ImageGrants;
import io.windlass.engine.run.RunFiles;
import io.windlass.engine.run.RunLimits;
import io.windlass.engine.run.RunState;
import io.windlass.engine.run.StepExecutor;
import io.windlass.engine.run.StepSecrets;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.SourceHost;
import io.windlass.scaler.control.Holds;
import io.windlass.scaler.signal.SignalSource;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * All that the engine needs of the world.
 *
 * @param files where runs keep theirs
 * @param checkout limits of one workspace
 * @param hosts where commits are marked, by repository
 * @param hooks addresses for messages, by the server's file as it is now
 * @param signals what checks of rollouts are measured by
 * @param look the time between two looks at a rollout's progress
 * @param runWatch told of every transition of a run, beside the tables
 * @param environmentWatch told of every transition of an environment, beside the tables
 */
public record EngineParts(
    InstantSource clock,
    RunFiles files,
    Mirrors mirrors,
    CloneSource.Lookup sources,
    Limits checkout,
    StepExecutor executor,
    StepSecrets stepSecrets,
    ImageBuilder images,
    ImageGrants imageGrants,
    EnvironmentGrants grants,
    RolloutTargets targets,
    SecretVersions secretVersions,
    ScalingBinder scaling,
    Holds holds,
    SignalSource signals,
    Function<RepositoryName, Optional<SourceHost>> hosts,
    Supplier<List<ChatHook>> hooks,
    Links links,
    RunLimits limits,
    Duration look,
    Projection<RunState> runWatch,
    Projection<EnvironmentState> environmentWatch) {}
