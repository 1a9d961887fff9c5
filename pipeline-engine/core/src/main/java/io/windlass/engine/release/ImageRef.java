package io.windlass.engine.release;

/**
 * An image by digest.
 *
 * @param reference how a target reaches it: {@code ghcr.io/acme/shop@sha256:...}, or the name under
 *     which the server's content store keeps it
 * @param digest {@code sha256:...} of the manifest; this alone says what runs
 */
public record ImageRef(String reference, String digest) {
  public ImageRef {
    if (!digest.startsWith("sha256:")) {
      throw new IllegalArgumentException(
          "Tried to refer to an image by \""
              + digest
              + "\" but a release needs its digest, sha256:...");
    }
  }
}
