package io.windlass.engine.image;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The SHA-256 of a content, in the form that registries use: {@code sha256:} and 64 lower-case hex
 * digits. Safe to use as a file name by {@link #hex()}.
 */
public record Digest(String text) {

  private static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");

  public Digest {
    if (!FORM.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "Tried to read the digest \"" + text + "\" but it is not sha256: and 64 hex digits");
    }
  }

  /** Whether a text is a digest that this class accepts. */
  public static boolean isDigest(String text) {
    return FORM.matcher(text).matches();
  }

  public static Digest ofHex(String hex) {
    return new Digest("sha256:" + hex);
  }

  public static Digest of(byte[] content) {
    return ofHex(HexFormat.of().formatHex(sha256().digest(content)));
  }

  /** The digest that a finished message digest stands for. */
  public static Digest from(MessageDigest finished) {
    return ofHex(HexFormat.of().formatHex(finished.digest()));
  }

  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The 64 digits without the algorithm. */
  public String hex() {
    return text.substring("sha256:".length());
  }

  @Override
  public String toString() {
    return text;
  }
}
