package io.windlass.engine.image.registry;

import java.time.Duration;

/**
 * How often a registry that does not answer, or answers 429 or 5xx, is asked again.
 *
 * @param times after the first
 * @param first wait; each next one is twice as long, with a tenth of chance in it
 * @param longest wait
 */
public record Retries(int times, Duration first, Duration longest) {

  /** Five times, from 250 ms up to 8 s. */
  public static Retries defaults() {
    return new Retries(5, Duration.ofMillis(250), Duration.ofSeconds(8));
  }
}
