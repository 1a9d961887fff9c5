package io.windlass.engine.image;

import java.util.regex.Pattern;

/** The name under which a registry lists an image: for ours, the commit's SHA. */
public record Tag(String value) {

  private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

  public Tag {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "Tried to use \"" + value + "\" as a tag; use up to 128 letters, digits, _ . and -");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
