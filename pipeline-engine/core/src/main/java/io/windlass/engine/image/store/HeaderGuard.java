package io.windlass.engine.image.store;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a layer and the tar reader, which takes long names and extended headers into
 * memory however large they say they are. Between two entries it lets only so much through; over
 * all it lets no more through than an image may hold.
 */
final class HeaderGuard extends FilterInputStream {

  private static final long HEADER_BYTES = 1 << 20;

  private final long limit;
  private long total;
  private long header = Long.MAX_VALUE;

  HeaderGuard(InputStream in, long limit) {
    super(in);
    this.limit = limit;
  }

  /** The next entry, after the rest of this one's content was passed over. */
  @Nullable TarArchiveEntry next(TarArchiveInputStream tar) throws IOException {
    if (tar.getCurrentEntry() != null) {
      tar.transferTo(java.io.OutputStream.nullOutputStream());
    }
    header = HEADER_BYTES;
    TarArchiveEntry entry = tar.getNextEntry();
    header = Long.MAX_VALUE;
    return entry;
  }

  /** Reads what follows the last entry. */
  void drain() throws IOException {
    transferTo(java.io.OutputStream.nullOutputStream());
  }

  @Override
  public int read() throws IOException {
    int read = in.read();
    count(read < 0 ? 0 : 1);
    return read;
  }

  @Override
  public int read(byte[] bytes, int from, int count) throws IOException {
    int read = in.read(bytes, from, (int) Math.min(count, Math.max(1, header)));
    count(Math.max(0, read));
    return read;
  }

  @Override
  public long skip(long count) throws IOException {
    long skipped = in.skip(Math.min(count, Math.max(1, header)));
    count(skipped);
    return skipped;
  }

  private void count(long bytes) throws IOException {
    total += bytes;
    header -= bytes;
    if (header < 0) {
      throw new Rootfs.Refused("the header of an entry is longer than " + HEADER_BYTES + " bytes");
    }
    if (total > limit) {
      throw new Rootfs.Refused("it holds more than the limit of " + limit + " bytes");
    }
  }
}
