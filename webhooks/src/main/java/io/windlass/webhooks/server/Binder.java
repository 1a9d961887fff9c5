package io.windlass.webhooks.server;

import io.windlass.engine.decision.FleetBindings;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.ScalingBinder;
import io.windlass.scaler.control.ScalerLoop;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.policy.Scaling;
import io.windlass.webhooks.settings.Grant;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Puts fleets under the scaler's loop, and remembers it for the next start. */
final class Binder implements ScalingBinder {
  private static final Duration SIZED_WITHIN = Duration.ofSeconds(20);
  private static final Duration LOOK_AGAIN = Duration.ofMillis(50);

  private final ScalerLoop loop;
  private final FleetBindings bindings;
  private final Function<FleetId, Fleet> fleets;
  private final Function<EnvironmentId, Optional<Grant>> grants;
  private final InstantSource clock;

  /**
   * Over this loop.
   *
   * @param grants what the server's file gives an environment now
   */
  Binder(
      ScalerLoop loop,
      FleetBindings bindings,
      Function<FleetId, Fleet> fleets,
      Function<EnvironmentId, Optional<Grant>> grants,
      InstantSource clock) {
    this.loop = loop;
    this.bindings = bindings;
    this.fleets = fleets;
    this.grants = grants;
    this.clock = clock;
  }

  /**
   * Binds what was bound last, within what the server's file allows now: at the start, and when the
   * file was read again.
   */
  synchronized void restore() {
    for (FleetBindings.Bound bound : bindings.all()) {
      loop.bind(fleet(bound.environment(), bound.process()), limited(bound));
    }
  }

  /** The policy in force for a fleet. */
  Optional<Scaling> policy(FleetId fleet) {
    return bindings.all().stream()
        .filter(bound ->
            bound.environment().toString().equals(fleet.environment())
                && bound.process().equals(fleet.process()))
        .map(this::limited)
        .findFirst();
  }

  @Override
  public Optional<String> bind(
      EnvironmentId environment, Map<String, Scaling> scaling, Optional<Integer> max)
      throws Exception {
    Optional<Integer> most = most(environment, max);
    put(environment, scaling, max);
    List<String> problems = new ArrayList<>();
    for (Map.Entry<String, Scaling> entry : scaling.entrySet()) {
      Fleet fleet = fleet(environment, entry.getKey());
      Scaling allowed = limited(entry.getValue(), most);
      awaitSize(fleet, allowed.min()).ifPresent(problems::add);
      if (allowed.min() < entry.getValue().min() || allowed.max() < entry.getValue().max()) {
        problems.add(
            "the server's file allows '"
                + fleet.id()
                + "' at most "
                + allowed.max()
                + " replicas, fewer than its policy asks for");
      }
    }
    return problems.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", problems));
  }

  private synchronized void put(
      EnvironmentId environment, Map<String, Scaling> scaling, Optional<Integer> max) {
    bindings.replace(environment, scaling, max);
    loop.bound().stream()
        .filter(fleet ->
            fleet.environment().equals(environment.toString())
                && !scaling.containsKey(fleet.process()))
        .forEach(loop::unbind);
    Optional<Integer> most = most(environment, max);
    scaling.forEach(
        (process, policy) -> loop.bind(fleet(environment, process), limited(policy, most)));
  }

  private Optional<String> awaitSize(Fleet fleet, int min)
      throws FleetException, IOException, InterruptedException {
    Instant deadline = clock.instant().plus(SIZED_WITHIN);
    while (fleet.state().wanted() < min) {
      if (loop.latest(fleet.id()).filter(row -> row.decision().result() < min).isPresent()
          && !clock.instant().isBefore(deadline)) {
        return Optional.of(
            "'"
                + fleet.id()
                + "' cannot have its "
                + min
                + " replicas: "
                + loop.latest(fleet.id()).orElseThrow().decision().sentence());
      }
      if (!clock.instant().isBefore(deadline)) {
        throw new IOException(
            "Tried to give '"
                + fleet.id()
                + "' its first "
                + min
                + " replicas but the scaler did not within "
                + SIZED_WITHIN.toSeconds()
                + " s"
                + loop.problem(fleet.id()).map(problem -> ": " + problem).orElse(""));
      }
      loop.request(clock.instant());
      Thread.sleep(LOOK_AGAIN);
    }
    return Optional.empty();
  }

  private Fleet fleet(EnvironmentId environment, String process) {
    return fleets.apply(new FleetId(environment.toString(), process));
  }

  private Scaling limited(FleetBindings.Bound bound) {
    return limited(bound.scaling(), most(bound.environment(), bound.max()));
  }

  /** What is not granted any more keeps the limit that it had. */
  private Optional<Integer> most(EnvironmentId environment, Optional<Integer> before) {
    Optional<Grant> grant = grants.apply(environment);
    return grant.isPresent() ? grant.get().max() : before;
  }

  private static Scaling limited(Scaling scaling, Optional<Integer> max) {
    return max.map(scaling::within).orElse(scaling);
  }
}
