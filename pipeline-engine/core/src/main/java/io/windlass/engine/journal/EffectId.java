package io.windlass.engine.journal;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * Names one effect for as long as the journal exists: the same before and after a restart, at the
 * first and at the tenth attempt.
 *
 * <p>Whatever a performer makes outside (a process directory, a job's name, a client token) takes
 * its name from here, so that doing it again finds what the first time left behind.
 *
 * @param journal the journal's own random name; without it a fresh data directory would find the
 *     leftovers of the one before it
 * @param subject whose transition asked for the effect
 * @param sequence the number of that transition
 * @param index the effect's place among the effects of that transition, from 0
 */
public record EffectId(String journal, Subject subject, long sequence, int index) {
  /**
   * A short name of lower-case hexadecimal digits (32 of them), safe in paths, host names and HTTP
   * headers.
   */
  public String name() {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest((journal + "/" + this).getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java runtime has SHA-256", e);
    }
  }

  /** The key under which the effect's result is told to its subject. */
  String dedupKey() {
    return "effect:" + sequence + "." + index;
  }

  @Override
  public String toString() {
    return subject + "/" + sequence + "." + index;
  }
}
