package io.windlass.engine.kubernetes.step;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** The names of an attempt's objects, and of the things in its pod. */
final class StepNames {
  static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  static final String ROLE = "windlass.io/role";
  static final String STEP = "step";

  /** The attempt's id, which is too long and too free for a name. */
  static final String ATTEMPT = "windlass.io/attempt";

  /** When the attempt was cancelled. */
  static final String CANCELLED = "windlass.io/cancelled";

  /** How it ended, once everything of it is in our hands. */
  static final String RESULT = "windlass.io/result";

  static final String RECEIVE = "receive";
  static final String KEEP = "keep";

  /** Where every step finds its workspace, whatever the server's own path is. */
  static final String WORKSPACE = "/workspace";

  /** The folder of pipes and marks that only the two helpers see. */
  static final String CONTROL = "/windlass-control";

  /** The step's home and temporary folder. */
  static final String SCRATCH = "/windlass";

  private static final int READABLE = 40;

  private StepNames() {}

  /** The name of an attempt's Job and of its Secret: the same whenever it is asked for. */
  static String job(String attempt) {
    String readable = attempt.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    // The end says the step and the attempt, the beginning only the repository.
    String end = readable.substring(Math.max(0, readable.length() - READABLE));
    String hash =
        Hashing.sha256().hashString(attempt, StandardCharsets.UTF_8).toString().substring(0, 12);
    return (end.replaceAll("^-+|-+$", "") + "-" + hash).replaceAll("^-+", "");
  }
}
