package io.windlass.engine.source;

import java.time.Instant;

/**
 * What a source host answered. Only a host that cannot be reached or fails inside is an exception.
 */
public sealed interface Answer<T> {

  record Given<T>(T value) implements Answer<T> {}

  /**
   * Not now: ask again at {@code until}, and nothing else before then. The host counts what is sent
   * meanwhile.
   */
  record RateLimited<T>(Instant until, String reason) implements Answer<T> {}

  /**
   * Not ever, unless somebody changes something: the reason says what. Asking again gives the same.
   */
  record Refused<T>(String reason) implements Answer<T> {}

  /** For calls that return nothing but that they were done. */
  enum Done {
    DONE
  }
}
