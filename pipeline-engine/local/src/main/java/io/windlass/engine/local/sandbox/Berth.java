package io.windlass.engine.local.sandbox;

import io.windlass.engine.local.process.Standby;
import java.util.Optional;

/**
 * What a step needs before anything of it is known.
 *
 * @param group name of its control group
 * @param network of its own, which the wrapper has entered; empty: the machine's
 * @param wrapper in the group, and of the niceness of steps
 */
public record Berth(String group, Optional<HeldNetwork> network, Standby wrapper) {
  boolean ready() {
    return wrapper.alive() && network.map(HeldNetwork::ready).orElse(true);
  }
}
