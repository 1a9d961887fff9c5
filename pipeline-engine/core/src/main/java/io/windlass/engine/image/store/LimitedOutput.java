package io.windlass.engine.image.store;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;

/** Takes so many bytes and not one more; what fails here is the taking end, and says so. */
final class LimitedOutput extends FilterOutputStream {

  /** The taking end failed. */
  static final class Failed extends IOException {
    private static final long serialVersionUID = 1L;

    Failed(String message) {
      super(message);
    }

    Failed(IOException cause) {
      super(cause.getMessage(), cause);
    }
  }

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
    try {
      out.write(b);
    } catch (IOException e) {
      throw new Failed(e);
    }
  }

  @Override
  public void write(byte[] bytes, int from, int count) throws IOException {
    take(count);
    try {
      out.write(bytes, from, count);
    } catch (IOException e) {
      throw new Failed(e);
    }
  }

  /** Whoever writes may close; the file is closed, synced, by whoever opened it. */
  @Override
  public void close() throws IOException {
    flush();
  }

  private void take(int count) throws IOException {
    left -= count;
    if (left < 0) {
      throw new Failed("it is larger than the limit of " + limit + " bytes");
    }
  }
}
