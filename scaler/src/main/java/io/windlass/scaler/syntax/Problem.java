package io.windlass.scaler.syntax;

import java.util.Optional;

/**
 * One mistake in a file.
 *
 * @param at where
 * @param path the keys that lead there, {@code steps.test.timeout}; empty for the file as a whole
 * @param found what stands there
 * @param expected what should stand there; empty when {@code found} says it all
 * @param suggestion the nearest thing that would have been right
 */
public record Problem(
    Position at, String path, String found, String expected, Optional<String> suggestion) {

  /** The whole sentence without the place. */
  public String message() {
    var out = new StringBuilder();
    if (!path.isEmpty()) {
      out.append(path).append(": ");
    }
    out.append(found);
    if (!expected.isEmpty()) {
      out.append(", expected ").append(expected);
    }
    suggestion.ifPresent(s -> out.append("; did you mean \"").append(s).append("\"?"));
    return out.toString();
  }

  @Override
  public String toString() {
    return at + ": " + message();
  }
}
