package io.windlass.engine.git;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;

/**
 * One writer for a mirror: among this process's threads by a lock in memory, among processes by one
 * on a file. The kernel frees the file's when a process dies, however it dies; the file itself
 * stays.
 */
final class MirrorLock implements AutoCloseable {
  private static final ConcurrentHashMap<Path, ReentrantLock> OURS = new ConcurrentHashMap<>();
  private static final long PAUSE_NANOS = Duration.ofMillis(20).toNanos();

  private final ReentrantLock ours;
  private final FileChannel channel;

  private MirrorLock(ReentrantLock ours, FileChannel channel) {
    this.ours = ours;
    this.channel = channel;
  }

  /** Waits its turn; an exception when the time is over or the thread is interrupted. */
  static MirrorLock take(Path file, Duration patience) throws IOException {
    long deadline = System.nanoTime() + patience.toNanos();
    ReentrantLock ours = OURS.computeIfAbsent(file, path -> new ReentrantLock());
    boolean taken = false;
    try {
      taken = ours.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
      if (!taken) {
        throw busy(file);
      }
      MirrorLock lock = new MirrorLock(ours, file(file, deadline));
      taken = false;
      return lock;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw busy(file);
    } finally {
      if (taken) {
        ours.unlock();
      }
    }
  }

  private static FileChannel file(Path file, long deadline) throws IOException {
    Files.createDirectories(file.getParent());
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      while (lock == null) {
        if (System.nanoTime() - deadline > 0 || Thread.currentThread().isInterrupted()) {
          throw busy(file);
        }
        LockSupport.parkNanos(PAUSE_NANOS);
        lock = channel.tryLock();
      }
      return channel;
    } catch (IOException | RuntimeException failed) {
      channel.close();
      throw failed;
    }
  }

  private static IOException busy(Path file) {
    return new IOException("another fetch holds \"" + file + "\"");
  }

  @Override
  public void close() throws IOException {
    try {
      channel.close();
    } finally {
      ours.unlock();
    }
  }
}
