package io.windlass.webhooks.delivery;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of one hook, and while it is being rotated the one before it. Checking takes the same
 * time whichever secret is right, and whether there is a previous one.
 *
 * @see <a
 *     href="https://docs.github.com/webhooks/using-webhooks/validating-webhook-deliveries">Validating
 *     webhook deliveries</a>
 */
public final class WebhookSecret {
  private static final String ALGORITHM = "HmacSHA256";
  private static final String PREFIX = "sha256=";
  private static final int DIGEST_BYTES = 32;

  private final SecretKeySpec current;
  private final SecretKeySpec previous;

  private WebhookSecret(byte[] current, byte[] previous) {
    this.current = new SecretKeySpec(current, ALGORITHM);
    this.previous = new SecretKeySpec(previous, ALGORITHM);
  }

  /**
   * The secret that a hook signs with.
   *
   * @param current the secret that the hook signs with now; must not be blank
   * @param previous the secret before, still accepted
   */
  public static WebhookSecret of(String current, Optional<String> previous) {
    if (current.isBlank() || previous.filter(String::isBlank).isPresent()) {
      throw new IllegalArgumentException("a webhook's secret must not be blank");
    }
    byte[] now = current.getBytes(StandardCharsets.UTF_8);
    return new WebhookSecret(
        now, previous.map(p -> p.getBytes(StandardCharsets.UTF_8)).orElse(now));
  }

  /**
   * Whether {@code signature} is this secret's over {@code body}.
   *
   * @param signature the header {@code X-Hub-Signature-256} as received
   * @param body the raw bytes of the request
   */
  public boolean signed(String signature, byte[] body) {
    byte[] given = digestOf(signature);
    boolean byCurrent = MessageDigest.isEqual(hmac(current, body), given);
    boolean byPrevious = MessageDigest.isEqual(hmac(previous, body), given);
    return byCurrent || byPrevious;
  }

  private static byte[] digestOf(String signature) {
    byte[] none = new byte[DIGEST_BYTES];
    if (!signature.startsWith(PREFIX) || signature.length() != PREFIX.length() + 2 * DIGEST_BYTES) {
      return none;
    }
    try {
      return HexFormat.of().parseHex(signature, PREFIX.length(), signature.length());
    } catch (IllegalArgumentException e) {
      return none;
    }
  }

  private static byte[] hmac(SecretKeySpec key, byte[] body) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(body);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  /**
   * Two secrets are equal if they accept the same signatures; used to see whether a reload changed
   * one.
   */
  @Override
  public boolean equals(Object other) {
    return other instanceof WebhookSecret that
        && Arrays.equals(current.getEncoded(), that.current.getEncoded())
        && Arrays.equals(previous.getEncoded(), that.previous.getEncoded());
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(current.getEncoded());
  }

  @Override
  public String toString() {
    return "***";
  }
}
