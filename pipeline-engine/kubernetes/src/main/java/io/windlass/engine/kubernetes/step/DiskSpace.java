package io.windlass.engine.kubernetes.step;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The server's disk, of which some is kept free: its database and every other run write to it too.
 * A pod says how much comes, so that it is asked before each part that is written.
 *
 * @param free what there is
 * @param kept how much of it stays, in bytes
 */
record DiskSpace(Free free, long kept) {
  private static final int PART = 1 << 20;

  /** What a process of no special rights can still write, in bytes. */
  interface Free {
    long bytes() throws IOException;
  }

  /** There is less than is kept free, which another try soon would find too. */
  static final class ShortException extends IOException {
    private static final long serialVersionUID = 1L;

    ShortException(String message) {
      super(message);
    }
  }

  /** Of the disk that a folder is on. */
  static DiskSpace of(Path folder, long kept) throws IOException {
    return new DiskSpace(Files.getFileStore(folder)::getUsableSpace, kept);
  }

  /**
   * Makes a file, or empties it.
   *
   * @return also throws a {@link ShortException} where there is not enough when a part of it is
   *     written
   * @throws ShortException where there is not enough to begin with it
   */
  OutputStream write(Path file) throws IOException {
    check();
    return watched(Files.newOutputStream(file));
  }

  private void check() throws IOException {
    long left = free.bytes();
    if (left < kept) {
      throw new ShortException(
          ("%d MiB are free on the server's disk and %d MiB are kept free; remove what is not"
                  + " needed, or give the data directory a larger disk")
              .formatted(left >> 20, kept >> 20));
    }
  }

  private OutputStream watched(OutputStream file) {
    return new FilterOutputStream(file) {
      private int part;

      @Override
      public void write(int b) throws IOException {
        count(1);
        out.write(b);
      }

      @Override
      public void write(byte[] bytes, int offset, int length) throws IOException {
        count(length);
        out.write(bytes, offset, length);
      }

      private void count(int length) throws IOException {
        part += length;
        if (part >= PART) {
          part = 0;
          check();
        }
      }
    };
  }
}
