package io.windlass.engine.image.registry;

import java.time.Duration;

/**
 * How often a registry that does not answer, or answers 429 or 5xx, is asked again. Everything that
 * a transfer asks for may be asked for twice: a blob begins anew under an upload of its own, and a
 * manifest has one content for ever.
 *
 * @param times after the first
 * @param first wait where the registry asks for none; each next one is twice as long, with a tenth
 *     of chance in it
 * @param longest wait of those
 * @param patience the longest wait that the registry may ask for itself, and that a helper may take
 *     to give its credentials; the transfer fails where it would be longer
 */
public record Retries(int times, Duration first, Duration longest, Duration patience) {

  /** Five times, from 250 ms up to 8 s, or up to a minute where the registry says how long. */
  public static Retries defaults() {
    return new Retries(5, Duration.ofMillis(250), Duration.ofSeconds(8), Duration.ofMinutes(1));
  }
}
