package io.windlass.engine.log;

import io.windlass.engine.secret.Masker;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Writes one log. Several outputs (standard output, standard error) write to it at a time, each
 * from a thread of its own; their lines do not mix. What is written is masked first, and what has
 * been written by a call is in the file when the call returns, but for the line's unfinished end.
 *
 * <p>An output beyond the limits keeps its beginning and its end, with a line between them that
 * says how much is missing. A log that is opened again goes on at its end.
 */
public final class LogWriter implements AutoCloseable {
  private final Masker masker;
  private final LogLimits limits;
  private final LogFile file;
  private final ReentrantLock lock = new ReentrantLock();
  private final Tail tail;
  private boolean closed;

  private LogWriter(LogFile file, Masker masker, LogLimits limits) {
    this.file = file;
    this.masker = masker;
    this.limits = limits;
    this.tail = new Tail(limits.tailBytes());
  }

  /** Opens a log, making it and its directory where they are not there. */
  public static LogWriter open(Path path, Masker masker, LogLimits limits) throws IOException {
    return new LogWriter(LogFile.append(path), masker, limits);
  }

  /**
   * A new output into this log, for one thread at a time. {@code flush} writes an unfinished line;
   * {@code close} ends the output and leaves the log open.
   */
  public Output output() {
    return new Output();
  }

  /** Writes a line of our own, such as what step is about to begin. It is masked like the rest. */
  public void line(String text) throws IOException {
    try (OutputStream output = output()) {
      output.write((text + "\n").getBytes(StandardCharsets.UTF_8));
    }
  }

  /** Whether something has been left out. */
  public boolean truncated() {
    lock.lock();
    try {
      return tail.leftOut() > 0;
    } finally {
      lock.unlock();
    }
  }

  /** How long the file is by now, in bytes. */
  public long size() {
    lock.lock();
    try {
      return file.size();
    } finally {
      lock.unlock();
    }
  }

  /** How many bytes were written to the outputs, kept or not. */
  public long bytes() {
    lock.lock();
    try {
      return file.size() + tail.taken();
    } finally {
      lock.unlock();
    }
  }

  private void append(byte[] bytes, int offset, int length) throws IOException {
    lock.lock();
    try {
      if (closed) {
        return; // an output that is read to its end after its step was cut off
      }
      int fits = tail.taken() > 0 ? 0 : (int) Math.min(length, limits.headBytes() - file.size());
      if (fits > 0) {
        file.append(bytes, offset, fits);
      }
      if (fits < length) {
        tail.add(bytes, offset + Math.max(fits, 0), length - Math.max(fits, 0));
      }
    } finally {
      lock.unlock();
    }
  }

  /** Writes what is kept from the end, and syncs the file. */
  @Override
  public void close() throws IOException {
    lock.lock();
    try (file) {
      if (!closed) {
        closed = true;
        if (tail.leftOut() > 0) {
          String mark =
              (file.endsLine() ? "" : "\n")
                  + "[windlass: "
                  + tail.leftOut()
                  + " bytes left out here: the output is longer than "
                  + (limits.headBytes() + limits.tailBytes())
                  + " bytes]\n";
          byte[] bytes = mark.getBytes(StandardCharsets.UTF_8);
          file.append(bytes, 0, bytes.length);
        }
        byte[] last = tail.bytes();
        file.append(last, 0, last.length);
        file.sync();
      }
    } finally {
      lock.unlock();
    }
  }

  /** One of the outputs that write to a log; for one thread at a time. */
  public final class Output extends OutputStream {
    private final Masker.Stream masked = masker.stream(this::collect);
    private byte[] line = new byte[256];
    private int size;

    private Output() {}

    /** Whether all that was written to it is in the log, or left out of it for its length. */
    public boolean settled() {
      return masked.held() == 0 && size == 0;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      masked.write(bytes, offset, length);
      writeLines();
    }

    private void collect(byte[] bytes, int offset, int length) {
      if (size + length > line.length) {
        line = Arrays.copyOf(line, Math.max(size + length, line.length * 2));
      }
      System.arraycopy(bytes, offset, line, size, length);
      size += length;
    }

    /**
     * Writes up to the last line end, or everything when the line has become too long to wait for
     * its end.
     */
    private void writeLines() throws IOException {
      int end = size;
      while (end > 0 && line[end - 1] != '\n') {
        end--;
      }
      writeUpTo(size - end > limits.lineBytes() ? size : end);
    }

    private void writeUpTo(int end) throws IOException {
      if (end > 0) {
        append(line, 0, end);
        System.arraycopy(line, end, line, 0, size - end);
        size -= end;
      }
    }

    @Override
    public void flush() throws IOException {
      writeUpTo(size);
    }

    @Override
    public void close() throws IOException {
      masked.end();
      writeUpTo(size);
    }
  }
}
