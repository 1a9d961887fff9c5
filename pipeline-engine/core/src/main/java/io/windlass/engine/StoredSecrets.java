package io.windlass.engine;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.rollout.SecretVersions;
import io.windlass.engine.run.StepSecrets;
import io.windlass.engine.secret.SecretScope;
import io.windlass.engine.secret.SecretStore;
import io.windlass.engine.secret.SecretValue;
import io.windlass.engine.secret.SecretVersion;
import java.util.Optional;

/**
 * The secrets of steps and releases, from the store: steps see the repository's own and never an
 * environment's.
 */
public record StoredSecrets(SecretStore store) implements StepSecrets, SecretVersions {
  @Override
  public Optional<SecretValue> value(String repository, String name) {
    return store.current(SecretScope.of(repository), name).flatMap(store::value);
  }

  @Override
  public Optional<SecretRef> newest(EnvironmentId environment, String name) {
    return store
        .current(SecretScope.of(environment.repository(), environment.name()), name)
        .map(version -> new SecretRef(name, version.scope().environment(), version.version()));
  }

  /** The value that a release pinned; empty when the secret has been deleted. */
  public Optional<SecretValue> value(EnvironmentId environment, SecretRef pinned) {
    return store.value(
        new SecretVersion(
            new SecretScope(environment.repository(), pinned.environment()),
            pinned.name(),
            pinned.version()));
  }
}
