package io.windlass.engine.image.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Keeps collecting apart from all use of a store, within this JVM and between the server's and the
 * keeper's.
 *
 * <p>Users share; a collector is alone and never waits, so a long pull delays collecting and
 * nothing else. One lock for each directory in a JVM, because the system's file locks belong to a
 * process and know nothing of its threads.
 */
final class StoreLock {

  /** A share of the store, or all of it, until closed. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  private static final Map<Path, StoreLock> LOCKS = new ConcurrentHashMap<>();

  private final Path file;
  private int users;
  private boolean collecting;
  private Optional<FileLock> system = Optional.empty();

  private StoreLock(Path file) {
    this.file = file;
  }

  static StoreLock of(Path file) {
    return LOCKS.computeIfAbsent(file, StoreLock::new);
  }

  /** Waits for a collection that is under way, in this process or another. */
  synchronized Held share() throws IOException, InterruptedException {
    if (Thread.interrupted()) {
      throw new InterruptedException("waiting for the content store was interrupted");
    }
    while (collecting) {
      wait();
    }
    if (users == 0) {
      FileChannel channel = open();
      try {
        system = Optional.of(channel.lock(0, Long.MAX_VALUE, true));
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    }
    users++;
    return once(() -> {
      users--;
      if (users == 0) {
        release();
      }
    });
  }

  /** All of the store, or nothing when anybody uses it. */
  synchronized Optional<Held> tryAlone() throws IOException {
    if (collecting || users > 0) {
      return Optional.empty();
    }
    FileChannel channel = open();
    FileLock lock = channel.tryLock(0, Long.MAX_VALUE, false);
    if (lock == null) {
      channel.close();
      return Optional.empty();
    }
    system = Optional.of(lock);
    collecting = true;
    return Optional.of(
        once(() -> {
          collecting = false;
          release();
          notifyAll();
        }));
  }

  private FileChannel open() throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private void release() {
    system.ifPresent(lock -> {
      try {
        lock.acquiredBy().close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException("Tried to give back \"" + file + "\"", e);
      }
    });
    system = Optional.empty();
  }

  /** Closing twice must not take somebody else's share away. */
  private Held once(Runnable end) {
    return new Held() {
      private boolean closed;

      @Override
      public void close() {
        synchronized (StoreLock.this) {
          if (!closed) {
            closed = true;
            end.run();
          }
        }
      }
    };
  }
}
