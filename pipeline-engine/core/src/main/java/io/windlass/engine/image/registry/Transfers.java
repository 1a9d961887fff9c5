package io.windlass.engine.image.registry;

import io.windlass.engine.image.ImageException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;

/** Several transfers at once. */
final class Transfers {

  private Transfers() {}

  /** Runs them all; all have ended when it returns. */
  static void all(ExecutorService executor, List<Callable<Boolean>> transfers)
      throws ImageException, InterruptedException {
    for (Future<Boolean> transfer : executor.invokeAll(transfers)) {
      result(transfer);
    }
  }

  /** Waits for one, and fails as it failed. */
  static <T> T result(Future<T> transfer) throws ImageException, InterruptedException {
    try {
      return transfer.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case ImageException ours -> throw ours;
        case InterruptedException stopped -> throw stopped;
        case null, default -> throw new IllegalStateException("a transfer broke", e.getCause());
      }
    }
  }
}
