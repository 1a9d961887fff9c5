package io.windlass.webhooks.server;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.Place;
import io.windlass.engine.rollout.Places;
import io.windlass.webhooks.settings.Grant;
import java.util.Optional;
import java.util.function.Function;

/**
 * Where an environment is, and where it is to be.
 *
 * @param grants what the server's file gives an environment now
 */
record Whereabouts(Function<EnvironmentId, Optional<Grant>> grants, Places places) {
  /** Where the server's file wants it; empty where that does not grant it. */
  Optional<Place> wanted(EnvironmentId environment) {
    return grants
        .apply(environment)
        .map(grant -> new Place(grant.target(), grant.namespace().orElse("")));
  }

  /** Where it was brought, and before that where the file wants it. */
  Optional<Place> now(EnvironmentId environment) {
    return places.of(environment).or(() -> wanted(environment));
  }
}
