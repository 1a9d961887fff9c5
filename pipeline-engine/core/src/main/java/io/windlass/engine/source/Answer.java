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

  /** What follows from what was given, where something was. */
  interface Following<T, U, X extends Exception> {
    Answer<U> of(T value) throws X;
  }

  /** This answer where nothing was given, else what follows from it. */
  default <U, X extends Exception> Answer<U> then(Following<T, U, X> following) throws X {
    return switch (this) {
      case Given<T>(T value) -> following.of(value);
      case RateLimited<T>(Instant until, String reason) -> new RateLimited<>(until, reason);
      case Refused<T>(String reason) -> new Refused<>(reason);
    };
  }

  /** For calls that return nothing but that they were done. */
  enum Done {
    DONE
  }
}
