package io.windlass.engine.run;

import io.windlass.engine.secret.SecretValue;
import java.util.Optional;

/** The values that steps may see, looked up when a step begins and kept nowhere. */
@FunctionalInterface
public interface StepSecrets {
  /** A secret of the whole repository; empty when it has no value. */
  Optional<SecretValue> value(String repository, String name);
}
