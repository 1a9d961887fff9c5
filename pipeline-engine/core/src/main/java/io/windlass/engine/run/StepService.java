package io.windlass.engine.run;

import io.windlass.engine.pipeline.ServiceSpec;
import io.windlass.engine.secret.SecretValue;
import java.util.Map;

/**
 * A program that runs beside a step, ready to run.
 *
 * @param secrets variables of its own; masked in the step's log like the step's
 */
public record StepService(ServiceSpec spec, Map<String, SecretValue> secrets) {
  public StepService {
    secrets = Map.copyOf(secrets);
  }
}
