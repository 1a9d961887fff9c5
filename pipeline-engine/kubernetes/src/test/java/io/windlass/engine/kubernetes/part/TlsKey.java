package io.windlass.engine.kubernetes.part;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.util.Base64;

/** A key with a certificate that it has signed itself. */
final class TlsKey {
  static final String PASSWORD = "changeit";

  private TlsKey() {}

  /**
   * Makes one in a key store file.
   *
   * @param subject as {@code CN=kubelet}
   */
  static Path generate(Path keyStore, String subject) throws IOException {
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "key",
                "-dname",
                subject,
                "-ext",
                "SAN=ip:127.0.0.1",
                "-validity",
                "30",
                "-keystore",
                keyStore.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (keytool.waitFor() != 0) {
        throw new IOException("Tried to make a key for " + subject + " but keytool said: " + said);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
    return keyStore;
  }

  /**
   * Writes the key and the certificate of a key store beside it, as {@code .key} and {@code .crt}.
   */
  static void export(Path keyStore) throws IOException {
    try (InputStream input = Files.newInputStream(keyStore)) {
      KeyStore store = KeyStore.getInstance("PKCS12");
      store.load(input, PASSWORD.toCharArray());
      Key key = store.getKey("key", PASSWORD.toCharArray());
      String base = keyStore.toString();
      Files.writeString(Path.of(base + ".key"), pem("PRIVATE KEY", key.getEncoded()));
      Files.writeString(
          Path.of(base + ".crt"), pem("CERTIFICATE", store.getCertificate("key").getEncoded()));
    } catch (GeneralSecurityException e) {
      throw new IOException(e);
    }
  }

  /** Bytes in the format that keys and certificates have in files. */
  static String pem(String kind, byte[] bytes) {
    String body = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(kind, body, kind);
  }
}
