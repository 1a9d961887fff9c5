package io.windlass.engine.image.store;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Takes so many bytes and not one more. */
final class LimitedOutput extends FilterOutputStream {

  private final long limit;
  private long left;

  LimitedOutput(OutputStream out, long limit) {
    super(out);
    this.limit = limit;
    this.left = limit;
  }

  @Override
  public void write(int b) throws IOException {
    take(1);
    out.write(b);
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    take(count);
    out.write(bytes, from, count);
  }

  private void take(int count) throws IOException {
    left -= count;
    if (left < 0) {
      throw new IOException("it is larger than the limit of " + limit + " bytes");
    }
  }
}
