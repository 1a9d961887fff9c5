package io.windlass.webhooks.server;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.rollout.SecretVersions;
import io.windlass.engine.run.StepSecrets;
import io.windlass.engine.secret.SecretScope;
import io.windlass.engine.secret.SecretStore;
import io.windlass.engine.secret.SecretValue;
import io.windlass.engine.secret.SecretVersion;
import java.util.Optional;

/** Which of the stored secrets steps and releases get. */
final class SecretLookups implements StepSecrets, SecretVersions {
  private final SecretStore store;

  SecretLookups(SecretStore store) {
    this.store = store;
  }

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

  /** The value of what a release pins; empty where the secret was deleted. */
  Optional<SecretValue> value(EnvironmentId environment, SecretRef pinned) {
    SecretScope scope =
        pinned
            .environment()
            .map(name -> SecretScope.of(environment.repository(), name))
            .orElseGet(() -> SecretScope.of(environment.repository()));
    return store.value(new SecretVersion(scope, pinned.name(), pinned.version()));
  }
}
