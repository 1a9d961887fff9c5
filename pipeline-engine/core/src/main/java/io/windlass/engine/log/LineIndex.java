package io.windlass.engine.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/** Where every {@link #EVERY}th line begins: eight bytes for each, in the file beside the log. */
final class LineIndex {
  static final int EVERY = 256;
  private static final int ENTRY = Long.BYTES;

  private LineIndex() {}

  /**
   * The beginning of a line.
   *
   * @param line counted from 0
   * @param offset in bytes
   */
  record Place(long line, long offset) {
    static final Place START = new Place(0, 0);
  }

  static Path beside(Path log) {
    return log.resolveSibling(log.getFileName() + ".lines");
  }

  static void append(FileChannel index, long offset) throws IOException {
    ByteBuffer entry = ByteBuffer.allocate(ENTRY).putLong(offset).flip();
    index.write(entry, index.size());
  }

  /**
   * The last indexed place that lies within a log of this size: after a crash the index may be
   * ahead of the log, or damaged.
   */
  static Place last(FileChannel index, long logSize) throws IOException {
    long entries = index.size() / ENTRY;
    while (entries > 0) {
      long offset = entry(index, entries - 1);
      if (offset > 0 && offset <= logSize) {
        return new Place(entries * EVERY, offset);
      }
      entries--;
    }
    return Place.START;
  }

  /** How many bytes of the index lead up to a place. */
  static long bytes(Place place) {
    return place.line() / EVERY * ENTRY;
  }

  /** The last indexed place that is not after a line. */
  static Place before(FileChannel index, long line, long logSize) throws IOException {
    long wanted = Math.min(line / EVERY, index.size() / ENTRY);
    if (wanted <= 0) {
      return Place.START;
    }
    long offset = entry(index, wanted - 1);
    return offset > 0 && offset <= logSize ? new Place(wanted * EVERY, offset) : Place.START;
  }

  private static long entry(FileChannel index, long number) throws IOException {
    ByteBuffer entry = ByteBuffer.allocate(ENTRY);
    int read = index.read(entry, number * ENTRY);
    return read == ENTRY ? entry.flip().getLong() : 0;
  }
}
