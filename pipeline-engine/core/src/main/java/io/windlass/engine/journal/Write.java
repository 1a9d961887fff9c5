package io.windlass.engine.journal;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** One function on its way through the writing thread, and the caller who waits for it. */
final class Write<T> {
  private final TxFunction<T> function;
  private final CompletableFuture<T> answer = new CompletableFuture<>();
  private @Nullable T result;
  private @Nullable Throwable error;
  private List<Runnable> afterCommit = List.of();

  Write(TxFunction<T> function) {
    this.function = function;
  }

  void apply(Tx tx) {
    result = function.apply(tx);
    afterCommit = tx.afterCommitActions();
  }

  /** This write alone failed and has been undone; its caller is told with the others. */
  void failed(Throwable cause) {
    error = cause;
    afterCommit = List.of();
  }

  /** The commit is on the disk. */
  void announce() {
    for (Runnable action : afterCommit) {
      try {
        action.run();
      } catch (RuntimeException e) {
        LoggerFactory.getLogger(Write.class)
            .atError()
            .setCause(e)
            .log("What should follow a commit failed");
      }
    }
  }

  @SuppressWarnings("NullAway") // the result was set by apply, and is null only where T allows it
  void finish() {
    Throwable failure = error;
    if (failure == null) {
      answer.complete(result);
    } else {
      answer.completeExceptionally(failure);
    }
  }

  void fail(Throwable cause) {
    answer.completeExceptionally(cause);
  }

  /**
   * Waits to the end even when interrupted: a write cannot be called back, and its caller must know
   * what became of it.
   */
  T await() {
    try {
      return answer.join();
    } catch (CompletionException e) {
      throw rethrown(e.getCause() == null ? e : e.getCause());
    }
  }

  private static RuntimeException rethrown(Throwable cause) {
    return switch (cause) {
      case RuntimeException e -> {
        e.addSuppressed(new Exception("waited for by " + Thread.currentThread().getName()));
        yield e;
      }
      case Error e -> throw e;
      default -> new IllegalStateException(cause);
    };
  }
}
