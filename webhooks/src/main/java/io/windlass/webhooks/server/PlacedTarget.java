package io.windlass.webhooks.server;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.rollout.CommandResult;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Place;
import io.windlass.engine.rollout.Places;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.engine.rollout.RolloutTarget;
import io.windlass.engine.rollout.Verified;
import java.util.Optional;

/**
 * A target that writes down what was brought to it, and takes no environment that still runs at
 * another one: nobody would look after that any more.
 */
record PlacedTarget(Place place, RolloutTarget target, Places places) implements RolloutTarget {
  @Override
  public Verified verify(Release release) throws RolloutException {
    Optional<Place> elsewhere = places.of(release.environment()).filter(at -> !at.equals(place));
    if (elsewhere.isPresent()) {
      return new Verified.Missing(
          "the server's file binds "
              + release.environment()
              + " to '"
              + place
              + "', but it runs at '"
              + elsewhere.get()
              + "'; take it out of the file, remove it there with 'windlass environment remove "
              + release.environment()
              + "', then bind it");
    }
    return target.verify(release);
  }

  @Override
  public Prepared prepare(Release release) throws RolloutException {
    places.put(release.environment(), place);
    return target.prepare(release);
  }

  @Override
  public void shift(EnvironmentId environment, ReleaseId to, Division division)
      throws RolloutException {
    target.shift(environment, to, division);
  }

  @Override
  public RolloutProgress progress(EnvironmentId environment, ReleaseId to) throws RolloutException {
    return target.progress(environment, to);
  }

  @Override
  public void retire(EnvironmentId environment, ReleaseId old) throws RolloutException {
    target.retire(environment, old);
  }

  @Override
  public void remove(EnvironmentId environment) throws RolloutException {
    target.remove(environment);
    places.remove(environment);
  }

  @Override
  public CommandResult once(Release release, ReleaseCommand command, String id)
      throws RolloutException, InterruptedException {
    return target.once(release, command, id);
  }
}
