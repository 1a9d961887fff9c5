package io.windlass.webhooks.server;

import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.rollout.CommandResult;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Drawn;
import io.windlass.engine.rollout.Place;
import io.windlass.engine.rollout.Places;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.engine.rollout.RolloutTarget;
import io.windlass.engine.rollout.Verified;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A target that writes down what was brought to it, and takes no environment that still runs at
 * another one: nobody would look after that any more.
 */
record PlacedTarget(Place place, RolloutTarget target, Places places) implements RolloutTarget {
  @Override
  public Verified verify(Release release) throws RolloutException {
    Optional<String> elsewhere = elsewhere(release);
    return elsewhere.isPresent() ? new Verified.Missing(elsewhere.get()) : target.verify(release);
  }

  private Optional<String> elsewhere(Release release) {
    return places
        .of(release.environment())
        .filter(at -> !at.equals(place))
        .map(at ->
            "the server's file binds "
                + release.environment()
                + " to '"
                + place
                + "', but it runs at '"
                + at
                + "'; take it out of the file, remove it there with 'windlass environment remove "
                + release.environment()
                + "', then bind it");
  }

  @Override
  public Drawn draw(EnvironmentId environment, ManifestSpec manifests, Path tree)
      throws RolloutException, InterruptedException {
    return target.draw(environment, manifests, tree);
  }

  @Override
  public List<Change> plan(Optional<Release> serving, Release next) throws RolloutException {
    return target.plan(serving, next);
  }

  @Override
  public List<Change> drift(Release serving) throws RolloutException {
    return target.drift(serving);
  }

  @Override
  public Prepared prepare(Release release) throws RolloutException {
    // The file may have been changed since the release was verified.
    Optional<String> elsewhere = elsewhere(release);
    if (elsewhere.isPresent()) {
      return new Prepared.Failed(elsewhere.get());
    }
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
  public Optional<ReleaseId> takeAway(ReleaseId release) throws RolloutException {
    Optional<ReleaseId> other = target.takeAway(release);
    if (other.isEmpty()) {
      places.remove(release.environment());
    }
    return other;
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
