package io.windlass.engine.release;

import java.util.regex.Pattern;

/**
 * The objects that a commit brought for its release, as text: rendered once, kept, and never
 * rendered again for this release.
 *
 * @param hash {@code sha256:...} of the text, by which it is kept
 * @param tool what rendered it, with its version, for people: {@code kustomize v5.7.1}
 */
public record ManifestRef(String hash, String tool) {
  private static final Pattern HASH = Pattern.compile("sha256:[0-9a-f]{64}");

  public ManifestRef {
    if (!HASH.matcher(hash).matches()) {
      throw new IllegalArgumentException(
          "Tried to refer to manifests by \"" + hash + "\" but they are kept by sha256:...");
    }
  }
}
