package io.windlass.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Reads one log in pieces, while it is written or afterwards. A log that does not exist yet is
 * empty. Holds nothing open between calls; safe for all threads.
 */
public final class LogReader {
  private static final int MOST_BYTES = 4 << 20;
  private static final int BLOCK = 64 << 10;
  private static final Duration LOOK = Duration.ofMillis(100);

  private final Path path;

  public LogReader(Path path) {
    this.path = path;
  }

  /** How long the log is, in bytes. */
  public long size() throws IOException {
    try {
      return Files.size(path);
    } catch (NoSuchFileException _) {
      return 0;
    }
  }

  /**
   * Reads on from an offset, at most {@code maxBytes} (and 4 MiB). Cut after a line where one ends
   * within them, else after a character.
   *
   * @param from an offset that a page gave, or 0
   */
  public LogPage page(long from, int maxBytes) throws IOException {
    try (FileChannel log = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = log.size();
      long start = Math.clamp(from, 0, size);
      byte[] bytes = read(log, start, (int) Math.min(size - start, most(maxBytes)));
      boolean all = start + bytes.length >= size;
      int length = all ? wholeCharacters(bytes) : cut(bytes);
      return new LogPage(
          start, start + length, new String(bytes, 0, length, StandardCharsets.UTF_8), all);
    } catch (NoSuchFileException _) {
      return new LogPage(0, 0, "", true);
    }
  }

  /**
   * Reads lines from a line's number on; fewer than asked for when they are longer than {@code
   * maxBytes} (or 4 MiB) in all.
   */
  public LinePage lines(long fromLine, int maxLines, int maxBytes) throws IOException {
    try (FileChannel log = FileChannel.open(path, StandardOpenOption.READ)) {
      long start = offsetOf(log, Math.max(0, fromLine));
      byte[] bytes = read(log, start, (int) Math.min(log.size() - start, most(maxBytes)));
      return split(fromLine, start, bytes, maxLines, start + bytes.length >= log.size());
    } catch (NoSuchFileException _) {
      return new LinePage(fromLine, List.of(), 0, true);
    }
  }

  private static LinePage split(long first, long start, byte[] bytes, int maxLines, boolean all) {
    var lines = new ArrayList<String>();
    int from = 0;
    while (lines.size() < maxLines && from < bytes.length) {
      int end = indexOf(bytes, from);
      if (end < 0 && !all && !lines.isEmpty()) {
        break; // the rest of this line is beyond the limit: it comes with the next page
      }
      int to = end < 0 ? bytes.length : end;
      lines.add(text(bytes, from, to));
      from = end < 0 ? bytes.length : end + 1;
    }
    return new LinePage(first, lines, start + from, all && from >= bytes.length);
  }

  /** The last lines, at most {@code maxBytes} (and 4 MiB) of them. */
  public LogPage tail(int lines, int maxBytes) throws IOException {
    try (FileChannel log = FileChannel.open(path, StandardOpenOption.READ)) {
      long size = log.size();
      int length = (int) Math.min(size, most(maxBytes));
      byte[] bytes = read(log, size - length, length);
      int from = tailStart(bytes, lines, length == size);
      int end = wholeCharacters(bytes);
      long offset = size - length;
      return new LogPage(
          offset + from,
          offset + end,
          new String(bytes, from, Math.max(0, end - from), StandardCharsets.UTF_8),
          true);
    } catch (NoSuchFileException _) {
      return new LogPage(0, 0, "", true);
    }
  }

  private static int tailStart(byte[] bytes, int lines, boolean whole) {
    int found = 0;
    for (int i = bytes.length - 2; i >= 0; i--) {
      if (bytes[i] == '\n' && ++found == lines) {
        return i + 1;
      }
    }
    if (lines <= 0) {
      return bytes.length;
    }
    if (whole) {
      return 0;
    }
    int end = indexOf(bytes, 0); // the first line in reach began before it
    return end < 0 || end == bytes.length - 1 ? 0 : end + 1;
  }

  /**
   * Waits for more: returns as soon as something stands after the offset, or an empty page when
   * nothing came in time. Whoever follows a log knows by other means when it has ended.
   */
  public LogPage await(long from, int maxBytes, Duration wait)
      throws IOException, InterruptedException {
    long until = System.nanoTime() + wait.toNanos();
    while (true) {
      LogPage page = page(from, maxBytes);
      long left = until - System.nanoTime();
      if (page.next() > page.from() || left <= 0) {
        return page;
      }
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      LockSupport.parkNanos(Math.min(left, LOOK.toNanos()));
    }
  }

  /** The offset of a line, or the end where there are fewer. */
  private long offsetOf(FileChannel log, long line) throws IOException {
    LineIndex.Place place = place(log.size(), line);
    long offset = place.offset();
    long at = place.line();
    while (at < line) {
      byte[] block = read(log, offset, (int) Math.min(BLOCK, log.size() - offset));
      if (block.length == 0) {
        return offset;
      }
      int used = 0;
      for (int end = indexOf(block, 0); end >= 0 && at < line; end = indexOf(block, used)) {
        used = end + 1;
        at++;
      }
      offset += at < line ? block.length : used;
    }
    return offset;
  }

  private LineIndex.Place place(long logSize, long line) throws IOException {
    try (FileChannel index = FileChannel.open(LineIndex.beside(path), StandardOpenOption.READ)) {
      return LineIndex.before(index, line, logSize);
    } catch (NoSuchFileException _) {
      return LineIndex.Place.START;
    }
  }

  private static byte[] read(FileChannel log, long from, int length) throws IOException {
    var buffer = ByteBuffer.allocate(Math.max(0, length));
    while (buffer.hasRemaining() && log.read(buffer, from + buffer.position()) >= 0) {
      // until the buffer is full or the file ends
    }
    return Arrays.copyOf(buffer.array(), buffer.position());
  }

  private static int most(int maxBytes) {
    return Math.clamp(maxBytes, 4, MOST_BYTES); // the longest character has four bytes
  }

  private static int cut(byte[] bytes) {
    for (int i = bytes.length; i > 0; i--) {
      if (bytes[i - 1] == '\n') {
        return i;
      }
    }
    return wholeCharacters(bytes);
  }

  /** Leaves out a character at the end that is not there as a whole. */
  private static int wholeCharacters(byte[] bytes) {
    int length = bytes.length;
    for (int back = 1; back <= Math.min(3, length); back++) {
      int b = bytes[length - back] & 0xff;
      if ((b & 0xc0) == 0x80) {
        continue;
      }
      int needed = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;
      return needed > back ? length - back : length;
    }
    return length;
  }

  private static int indexOf(byte[] bytes, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static String text(byte[] bytes, int from, int to) {
    int end = to > from && bytes[to - 1] == '\r' ? to - 1 : to;
    return new String(bytes, from, end - from, StandardCharsets.UTF_8);
  }
}
