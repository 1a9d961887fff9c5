package io.windlass.engine.image.store;

import io.windlass.engine.image.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.security.DigestInputStream;

/** Fails at its end when what was read is not what its digest says. */
final class VerifiedStream extends DigestInputStream {

  private final Digest expected;
  private Digest found;
  private boolean ended;

  VerifiedStream(InputStream in, Digest expected) {
    super(in, Digest.sha256());
    this.expected = expected;
    this.found = expected;
  }

  @Override
  public int read() throws IOException {
    int read = ended ? -1 : super.read();
    return read < 0 ? verified() : read;
  }

  @Override
  public int read(byte[] bytes, int from, int count) throws IOException {
    int read = ended ? -1 : super.read(bytes, from, count);
    return read < 0 ? verified() : read;
  }

  /** Fails each time that it is asked: whoever reads through us may pass over the first. */
  private int verified() throws IOException {
    if (!ended) {
      ended = true;
      found = Digest.from(getMessageDigest());
    }
    if (!found.equals(expected)) {
      throw new IOException(
          "the blob \"%s\" was changed on disk: its digest is now \"%s\""
              .formatted(expected, found));
    }
    return -1;
  }
}
