package io.windlass.engine.kubernetes.step;

import com.google.common.base.Throwables;
import io.windlass.scaler.syntax.Units;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * How slow a stream into a pod or out of it may be, so that a pod which stands still, or all but,
 * does not hold who waits for it.
 *
 * @param least the fewest bytes that go by in each window
 * @param longest that all of it may take
 */
record Pace(long least, Duration window, Duration longest) {
  static final Pace USUAL = new Pace(64 << 10, Duration.ofMinutes(2), Duration.ofMinutes(30));

  private static final int BUFFER = 64 << 10;

  /** What takes its time; it ends where it is interrupted. */
  interface Moving {
    void move() throws IOException, InterruptedException;
  }

  /**
   * Copies a stream.
   *
   * @return how many bytes there were; where it is more than the most, there are more
   * @throws IOException also where it is too slow
   */
  long copy(InputStream from, OutputStream to, long most) throws IOException, InterruptedException {
    var moved = new AtomicLong();
    keep(
        () -> {
          byte[] buffer = new byte[BUFFER];
          int read = from.read(buffer);
          while (read >= 0 && moved.addAndGet(read) <= most) {
            to.write(buffer, 0, read);
            read = from.read(buffer);
          }
          to.flush();
        },
        moved::get);
    return moved.get();
  }

  /**
   * Does it in a thread of its own, which is interrupted where it is too slow.
   *
   * @param moved how many bytes have gone by
   * @throws IOException also where it is too slow
   */
  void keep(Moving moving, LongSupplier moved) throws IOException, InterruptedException {
    var done =
        new FutureTask<>(() -> {
          moving.move();
          return moved.getAsLong();
        });
    Thread.ofVirtual().name("stream of a pod").start(done);
    long end = System.nanoTime() + longest.toNanos();
    try {
      for (long before = 0; !isDone(done, end - System.nanoTime()); ) {
        long now = moved.getAsLong();
        if (now - before < least) {
          throw new IOException(
              "the pod is too slow: %d bytes went by in %s"
                  .formatted(now - before, Units.text(window)));
        }
        if (System.nanoTime() - end >= 0) {
          throw new IOException(
              "the pod is too slow: it has taken %s for %d bytes"
                  .formatted(Units.text(longest), now));
        }
        before = now;
      }
    } finally {
      done.cancel(true);
    }
  }

  private boolean isDone(FutureTask<?> moving, long leftNanos)
      throws IOException, InterruptedException {
    try {
      moving.get(Math.min(window.toNanos(), leftNanos), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      Throwable why = Objects.requireNonNullElse(e.getCause(), e);
      Throwables.throwIfInstanceOf(why, IOException.class);
      Throwables.throwIfUnchecked(why);
      throw new IOException(why);
    }
  }
}
