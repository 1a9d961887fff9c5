package io.windlass.engine.local.process;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Of programs that write an empty line once they are ready. */
public final class Readiness {
  private static final int PATIENCE_SECONDS = 10;

  private Readiness() {}

  /** Whether the program says so; it is ended where it takes too long. */
  public static boolean await(Process process) throws IOException {
    CompletableFuture<Void> giveUp =
        CompletableFuture.runAsync(
            process::destroyForcibly,
            CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    try {
      return process.getInputStream().read() == '\n';
    } finally {
      giveUp.cancel(false);
    }
  }
}
