package io.windlass.engine.git;

import io.windlass.engine.git.GitException.Fault;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jgit.lib.ProgressMonitor;

/**
 * What one fetch or checkout has left of its time and bytes. JGit hides causes, so the limit
 * reached is kept here.
 */
final class Budget implements ProgressMonitor {
  private final Limits limits;
  private final long deadline;
  private volatile Optional<Reached> reached = Optional.empty();

  Budget(Limits limits) {
    this.limits = limits;
    this.deadline = System.nanoTime() + limits.time().toNanos();
  }

  /** The limit that ended it: whose turn it is, and the end of a sentence. */
  record Reached(Fault fault, String why) {}

  Optional<Reached> reached() {
    return reached;
  }

  Limits limits() {
    return limits;
  }

  Duration left() {
    return Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
  }

  /** Seconds that the other side may stay silent. */
  int patience() {
    return Math.clamp(left().toSeconds() + 1, 1, 30);
  }

  /** The wire and the packs inside it are counted apart, each with a count of its own. */
  InputStream bounded(InputStream in, AtomicLong count) {
    return new FilterInputStream(in) {
      @Override
      public int read() throws IOException {
        int read = super.read();
        took(read < 0 ? 0 : 1);
        return read;
      }

      @Override
      public int read(byte[] bytes, int from, int length) throws IOException {
        int read = super.read(bytes, from, length);
        took(Math.max(read, 0));
        return read;
      }

      private void took(int bytes) throws IOException {
        if (count.addAndGet(bytes) > limits.transportBytes()) {
          throw over(Fault.REPOSITORY, "it sent more than " + limits.transportBytes() + " bytes");
        }
        checkTime();
      }
    };
  }

  void checkTime() throws IOException {
    if (isCancelled()) {
      throw new IOException("out of time");
    }
  }

  /** To be thrown: the reason why nothing more may come. */
  IOException over(Fault fault, String why) {
    reached = Optional.of(new Reached(fault, why));
    return new IOException(why);
  }

  @Override
  public boolean isCancelled() {
    if (System.nanoTime() - deadline < 0 && !Thread.currentThread().isInterrupted()) {
      return false;
    }
    if (reached.isEmpty()) {
      String why =
          Thread.currentThread().isInterrupted()
              ? "it was interrupted"
              : "it took longer than " + limits.time().toSeconds() + " s";
      reached = Optional.of(new Reached(Fault.WORLD, why));
    }
    return true;
  }

  @Override
  public void start(int tasks) {}

  @Override
  public void beginTask(String title, int work) {}

  @Override
  public void update(int done) {}

  @Override
  public void endTask() {}

  @Override
  public void showDuration(boolean enabled) {}
}
