package io.windlass.webhooks.access;

import io.windlass.engine.local.state.Durable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The administrator's token: 256 random bits in a file that only the server's user can read. Only
 * its digest is kept in memory.
 */
public final class AdminToken {
  private static final String PREFIX = "wlt_";
  private static final int RANDOM_BYTES = 32;
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rw-------");

  private final byte[] digest;
  private final SecretKeySpec sessionKey;

  private AdminToken(String token) {
    this.digest = sha256(token);
    this.sessionKey = new SecretKeySpec(sha256("session " + token), "HmacSHA256");
  }

  /** Where the token is; the server makes it when it starts for the first time. */
  public static Path file(Path data) {
    return data.resolve("admin-token");
  }

  /**
   * Reads the token in {@code data}, or makes one where there is none.
   *
   * @throws IOException where the file cannot be read or written, is empty, or can be read by
   *     others
   */
  public static AdminToken in(Path data) throws IOException {
    Path file = file(data);
    if (Files.exists(file)) {
      refuseIfOthersCanRead(file);
    } else {
      byte[] random = new byte[RANDOM_BYTES];
      new SecureRandom().nextBytes(random);
      String made = PREFIX + HexFormat.of().formatHex(random) + "\n";
      // Whole or not there: a server that was killed at this must be able to start again.
      Durable.write(file, made.getBytes(StandardCharsets.UTF_8));
    }
    String token = Files.readString(file).strip();
    if (token.length() < RANDOM_BYTES) {
      throw new IOException(
          "Tried to read the administrator's token from '"
              + file
              + "' but it has only "
              + token.length()
              + " characters; remove the file and start again to have a new one made");
    }
    return new AdminToken(token);
  }

  /** Whether {@code presented} is the token; takes the same time whatever was presented. */
  public boolean matches(String presented) {
    return MessageDigest.isEqual(digest, sha256(presented));
  }

  /**
   * A MAC over {@code text} that only this token's holder's server can make; sessions end when the
   * token changes.
   */
  String seal(String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(sessionKey);
      return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has HmacSHA256", e);
    }
  }

  private static void refuseIfOthersCanRead(Path file) throws IOException {
    Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
    if (!OWNER_ONLY.containsAll(permissions)) {
      throw new IOException(
          "Tried to read the administrator's token but '"
              + file
              + "' has the permissions "
              + PosixFilePermissions.toString(permissions)
              + "; make it readable by its owner only (chmod 600)");
    }
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
