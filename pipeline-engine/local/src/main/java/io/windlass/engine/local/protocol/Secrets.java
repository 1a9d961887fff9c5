package io.windlass.engine.local.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Map;

/**
 * Secret variables by name. They cross the loopback in a request's body only and are written to
 * disk encrypted only; this type never shows them in a text.
 */
public record Secrets(@JsonValue Map<String, String> values) {
  public static final Secrets NONE = new Secrets(Map.of());

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Secrets {
    values = Map.copyOf(values);
  }

  @Override
  public String toString() {
    return "Secrets" + values.keySet();
  }
}
