package io.windlass.engine.secret;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * Encrypts and decrypts by AES-256 in Galois/counter mode, with keys from a file. Each sealed value
 * is bound to a context, so that a row cannot be passed off as another. Safe for all threads.
 */
public final class Sealer {
  private static final String ALGORITHM = "AES/GCM/NoPadding";
  private static final int NONCE_BYTES = 12;
  private static final int TAG_BITS = 128;

  private final KeyFile keys;
  private final SecureRandom random = new SecureRandom();

  private Sealer(KeyFile keys) {
    this.keys = keys;
  }

  /**
   * Uses the keys of a file, which is made with a fresh key and mode 0600 when it is not there.
   *
   * @throws SecretException when it cannot be read, is damaged, or can be read by others
   */
  public static Sealer open(Path keyFile) {
    try {
      return new Sealer(KeyFile.open(keyFile));
    } catch (IOException e) {
      throw new SecretException(String.valueOf(e.getMessage()), e);
    }
  }

  /**
   * A value that only the key can open.
   *
   * @param keyId which key
   * @param text nonce, ciphertext and tag, in base64
   */
  public record Sealed(String keyId, String text) {}

  /**
   * Seals a value.
   *
   * @param context what the value belongs to; {@link #open(Sealed, String)} needs the same
   */
  public Sealed seal(SecretValue value, String context) {
    Map.Entry<String, byte[]> key = keys.current();
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    try {
      Cipher cipher = cipher(Cipher.ENCRYPT_MODE, key.getValue(), nonce, context);
      byte[] sealed = cipher.doFinal(value.reveal().getBytes(StandardCharsets.UTF_8));
      byte[] bytes = Arrays.copyOf(nonce, NONCE_BYTES + sealed.length);
      System.arraycopy(sealed, 0, bytes, NONCE_BYTES, sealed.length);
      return new Sealed(key.getKey(), Base64.getEncoder().encodeToString(bytes));
    } catch (GeneralSecurityException e) {
      throw new SecretException("Tried to seal '" + context + "' but " + e.getMessage(), e);
    }
  }

  /**
   * Opens a sealed value.
   *
   * @throws SecretException when the key is not in the file, or the value was changed or belongs to
   *     something else
   */
  public SecretValue open(Sealed sealed, String context) {
    byte[] key =
        keys.key(sealed.keyId())
            .orElseThrow(() ->
                new SecretException(
                    "Tried to open '"
                        + context
                        + "' but its key '"
                        + sealed.keyId()
                        + "' is not in '"
                        + keys
                        + "'; restore the key file that belongs to this database"));
    byte[] bytes = decoded(sealed, context);
    if (bytes.length < NONCE_BYTES) {
      throw new SecretException(
          "Tried to open '" + context + "' but what is stored is too short to be a sealed value");
    }
    try {
      Cipher cipher = cipher(Cipher.DECRYPT_MODE, key, Arrays.copyOf(bytes, NONCE_BYTES), context);
      byte[] plain = cipher.doFinal(bytes, NONCE_BYTES, bytes.length - NONCE_BYTES);
      return SecretValue.of(new String(plain, StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new SecretException(
          "Tried to open '"
              + context
              + "' but what is stored was changed, or sealed for something else",
          e);
    }
  }

  private static byte[] decoded(Sealed sealed, String context) {
    try {
      return Base64.getDecoder().decode(sealed.text());
    } catch (IllegalArgumentException e) {
      throw new SecretException(
          "Tried to open '" + context + "' but what is stored is no base64", e);
    }
  }

  private static Cipher cipher(int mode, byte[] key, byte[] nonce, String context)
      throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance(ALGORITHM);
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(context.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }
}
