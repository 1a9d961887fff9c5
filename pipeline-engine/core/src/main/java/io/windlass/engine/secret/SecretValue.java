package io.windlass.engine.secret;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/**
 * The value of a secret. It prints as {@code ***}, and has no property that a serialiser would
 * find; whoever needs it says {@link #reveal}.
 */
@JsonSerialize(using = SecretValue.Refusal.class)
public final class SecretValue {
  private final String value;

  private SecretValue(String value) {
    this.value = value;
  }

  public static SecretValue of(String value) {
    return new SecretValue(value);
  }

  /** The value itself. Not to be logged, stored or put into a message. */
  public String reveal() {
    return value;
  }

  /** Takes the same time for every other value of the same length. */
  @Override
  public boolean equals(Object other) {
    return other instanceof SecretValue secret
        && MessageDigest.isEqual(
            value.getBytes(StandardCharsets.UTF_8), secret.value.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  @Override
  public String toString() {
    return "***";
  }

  /**
   * Fails loudly where a secret has got into something that is stored or sent; an empty object
   * would hide the mistake.
   */
  static final class Refusal extends StdSerializer<SecretValue> {
    Refusal() {
      super(SecretValue.class);
    }

    @Override
    public void serialize(SecretValue value, JsonGenerator out, SerializerProvider provider)
        throws JsonMappingException {
      throw JsonMappingException.from(
          out,
          "a secret is not to be written; store its name and version and take the value when it is used");
    }
  }
}
