package io.windlass.webhooks.server;

import io.windlass.engine.rollout.RolloutTarget;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.SignalSource;
import java.util.function.Function;

/**
 * A target of the server's file, opened: its side of the engine's and the scaler's ports.
 *
 * @param name as the file has it
 * @param fleets of the environments that run there
 * @param signals of those fleets
 */
record OpenTarget(
    String name, RolloutTarget rollouts, Function<FleetId, Fleet> fleets, SignalSource signals) {}
