package io.windlass.engine.local.state;

import io.windlass.engine.local.protocol.Secrets;
import io.windlass.engine.secret.Sealer;
import io.windlass.engine.secret.SecretException;
import io.windlass.engine.secret.SecretValue;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Encrypts the secrets of releases on disk, each bound to its name and release, with a key of the
 * keeper's own: a copy of the state without the key file shows nothing.
 */
public final class Vault {
  private final Sealer sealer;

  private Vault(Sealer sealer) {
    this.sealer = sealer;
  }

  /** Reads the key, or makes one where there is none. */
  public static Vault open(Path keyFile) throws IOException {
    try {
      return new Vault(Sealer.open(keyFile));
    } catch (SecretException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Values as text that may lie on disk: the key's id and the sealed bytes. */
  Map<String, String> seal(Secrets secrets, String release) {
    Map<String, String> sealed = new TreeMap<>();
    secrets
        .values()
        .forEach((name, value) -> {
          Sealer.Sealed s = sealer.seal(SecretValue.of(value), release + "/" + name);
          sealed.put(name, s.keyId() + ":" + s.text());
        });
    return sealed;
  }

  Secrets unseal(Map<String, String> sealed, String release) throws IOException {
    Map<String, String> values = new TreeMap<>();
    for (Map.Entry<String, String> entry : sealed.entrySet()) {
      int colon = entry.getValue().lastIndexOf(':');
      try {
        String text = entry.getValue().substring(colon + 1);
        values.put(
            entry.getKey(),
            sealer
                .open(
                    new Sealer.Sealed(entry.getValue().substring(0, Math.max(0, colon)), text),
                    release + "/" + entry.getKey())
                .reveal());
      } catch (SecretException e) {
        throw new IOException(
            "Tried to decrypt \""
                + entry.getKey()
                + "\" of "
                + release
                + " but "
                + e.getMessage()
                + "; restore the key file that belongs to this state",
            e);
      }
    }
    return new Secrets(values);
  }
}
