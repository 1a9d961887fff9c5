package io.windlass.engine.log;

import java.util.Arrays;

/** The last bytes of an output that has grown beyond what the file takes. */
final class Tail {
  private final int limit;
  private byte[] ring = new byte[0];
  private long taken;

  Tail(int limit) {
    this.limit = limit;
  }

  void add(byte[] bytes, int offset, int length) {
    if (ring.length < limit) {
      ring = new byte[limit];
    }
    int kept = Math.min(length, limit);
    for (int i = length - kept; i < length; i++) {
      ring[(int) ((taken + i) % limit)] = bytes[offset + i];
    }
    taken += length;
  }

  long taken() {
    return taken;
  }

  /** How many of the bytes that were added are not among {@link #bytes}. */
  long leftOut() {
    return taken - bytes().length;
  }

  /** The last bytes, from the beginning of a line or at least of a character. */
  byte[] bytes() {
    int size = (int) Math.min(taken, limit);
    byte[] last = new byte[size];
    for (int i = 0; i < size; i++) {
      last[i] = ring[(int) ((taken - size + i) % limit)];
    }
    int from = 0;
    if (taken > limit) {
      while (from < size && last[from] != '\n') {
        from++;
      }
      from = from < size - 1 ? from + 1 : characterStart(last);
    }
    return Arrays.copyOfRange(last, from, size);
  }

  private static int characterStart(byte[] bytes) {
    int from = 0;
    while (from < bytes.length && (bytes[from] & 0xc0) == 0x80) {
      from++;
    }
    return from;
  }
}
