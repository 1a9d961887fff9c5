package io.windlass.engine.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.interfaces.RSAPrivateKey;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.jspecify.annotations.Nullable;

/** Who we are at GitHub. Printing one shows no secret. */
public sealed interface GitHubIdentity {

  /**
   * A personal access token; it needs {@code repo:status}, and {@code admin:repo_hook} for
   * deliveries.
   */
  record Token(String value) implements GitHubIdentity {
    @Override
    public String toString() {
      return "Token[***]";
    }
  }

  /**
   * A GitHub App, which gets a token for each installation.
   *
   * @param id the App's id or client id
   */
  record App(String id, RSAPrivateKey key) implements GitHubIdentity {
    /**
     * Reads the key as GitHub gives it: a PEM file.
     *
     * @throws IOException when it is no RSA private key; the message shows nothing of it
     */
    public static App read(String id, Path pem) throws IOException {
      try (InputStream in = Files.newInputStream(pem)) {
        return read(id, pem.toString(), in);
      }
    }

    /**
     * Reads the key from the text of a PEM file.
     *
     * @throws IOException when it is no RSA private key; the message shows nothing of it
     */
    public static App parse(String id, String pem) throws IOException {
      return read(
          id,
          "github.private-key",
          new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static App read(String id, String name, InputStream in) throws IOException {
      try {
        Iterable<KeyPair> keys =
            SecurityUtils.loadKeyPairIdentities(
                null, NamedResource.ofName(name), in, FilePasswordProvider.EMPTY);
        if (keys != null) {
          for (KeyPair pair : keys) {
            if (pair.getPrivate() instanceof RSAPrivateKey key) {
              return new App(id, key);
            }
          }
        }
        throw unreadable(name, null);
      } catch (GeneralSecurityException | RuntimeException wrong) {
        throw unreadable(name, wrong);
      }
    }

    private static IOException unreadable(String pem, @Nullable Exception cause) {
      return new IOException(
          "Tried to read the GitHub App's key \""
              + pem
              + "\" but it is no RSA private key; give the PEM file that GitHub made",
          cause);
    }

    @Override
    public String toString() {
      return "App[" + id + "]";
    }
  }
}
