package io.windlass.webhooks.server;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.Place;
import io.windlass.engine.rollout.RolloutTarget;
import io.windlass.engine.rollout.RolloutTargets;
import io.windlass.scaler.fleet.Fleet;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.FleetState;
import io.windlass.scaler.signal.SignalQuery;
import io.windlass.scaler.signal.SignalRouter;
import io.windlass.scaler.signal.SignalSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the target of an environment: for what is new the one that the server's file binds it to,
 * for what is there the one that it was brought to.
 */
final class Targets implements RolloutTargets {
  private static final SignalSource NOWHERE =
      new NoSignals("the server's file has no target for this fleet");

  private final Map<String, OpenTarget> open = new LinkedHashMap<>();
  private final Whereabouts whereabouts;

  Targets(List<OpenTarget> targets, Whereabouts whereabouts) {
    targets.forEach(target -> open.put(target.name(), target));
    this.whereabouts = whereabouts;
  }

  @Override
  public Optional<RolloutTarget> of(EnvironmentId environment) {
    return whereabouts.wanted(environment).flatMap(this::rollouts);
  }

  @Override
  public Optional<RolloutTarget> whereItRuns(EnvironmentId environment) {
    return placeOf(environment, whereabouts.places().of(environment)).flatMap(this::rollouts);
  }

  private Optional<RolloutTarget> rollouts(Place place) {
    return Optional.ofNullable(open.get(place.target()))
        .map(target -> new PlacedTarget(place, target.rollouts(), whereabouts.places()));
  }

  /** The fleet at the target where its environment runs. */
  Fleet fleet(FleetId id) {
    EnvironmentId environment = EnvironmentId.parse(id.environment());
    return at(environment, whereabouts.places().of(environment))
        .map(target -> target.fleets().apply(id))
        .orElseGet(() -> new Nowhere(id));
  }

  /** The signals of all fleets, each from its own target. */
  SignalSource signals() {
    List<SignalSource> sources = new ArrayList<>();
    open.values().forEach(target -> sources.add(target.signals()));
    return new SignalRouter(
        sources,
        () -> {
          Map<EnvironmentId, Place> now = whereabouts.places().all();
          return query -> signals(query, now);
        });
  }

  private SignalSource signals(SignalQuery query, Map<EnvironmentId, Place> now) {
    EnvironmentId environment = EnvironmentId.parse(query.fleet().environment());
    return at(environment, Optional.ofNullable(now.get(environment)))
        .map(OpenTarget::signals)
        .orElse(NOWHERE);
  }

  private Optional<OpenTarget> at(EnvironmentId environment, Optional<Place> written) {
    return placeOf(environment, written).map(place -> open.get(place.target()));
  }

  /**
   * @param written empty for what was never brought anywhere, and for what was before places were
   *     written down: there was one target then, and the file binds to it
   */
  private Optional<Place> placeOf(EnvironmentId environment, Optional<Place> written) {
    return written
        .or(() -> whereabouts.wanted(environment))
        .or(() -> open.keySet().stream().findFirst().map(name -> new Place(name, "")));
  }

  /** A fleet whose target the server's file does not have any more. */
  private record Nowhere(FleetId id) implements Fleet {
    @Override
    public FleetState state() throws FleetException {
      throw new FleetException(
          "Tried to look at '"
              + id
              + "' but the server's file does not have the target that it was brought to");
    }

    @Override
    public void resize(int wanted, String reason) throws FleetException {
      throw new FleetException(
          "Tried to size '"
              + id
              + "' but the server's file does not have the target that it was brought to");
    }
  }
}
