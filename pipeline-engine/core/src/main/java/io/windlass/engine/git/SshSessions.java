package io.windlass.engine.git;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.FilePasswordProvider;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntry;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.eclipse.jgit.transport.CredentialsProvider;
import org.eclipse.jgit.transport.sshd.ServerKeyDatabase;
import org.eclipse.jgit.transport.sshd.SshdSessionFactory;
import org.eclipse.jgit.transport.sshd.SshdSessionFactoryBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Sessions with one key and pinned host keys; no agent, no ssh configuration, no file of the user's
 * home.
 */
final class SshSessions {
  private SshSessions() {}

  /**
   * Makes a factory that the caller closes.
   *
   * @param home an empty directory of ours, where a home is asked for
   * @throws IOException when the key or a pinned key cannot be read; the message shows neither
   */
  static SshdSessionFactory open(Credentials.SshKey credentials, Path home) throws IOException {
    List<KeyPair> keys = keys(credentials.privateKey());
    List<PublicKey> pinned = pinned(credentials.hostKeys());
    File directory = Files.createDirectories(home).toFile();
    return new SshdSessionFactoryBuilder()
        .setHomeDirectory(directory)
        .setSshDirectory(directory)
        .setConfigStoreFactory((ours, file, user) -> null)
        .setPreferredAuthentications("publickey")
        .setDefaultIdentities(ours -> List.of())
        .setDefaultKeysProvider(ours -> keys)
        .setConnectorFactory(null)
        .setServerKeyDatabase((ours, ssh) -> new Pinned(pinned))
        .build(null);
  }

  private static List<KeyPair> keys(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      Iterable<KeyPair> read =
          SecurityUtils.loadKeyPairIdentities(
              null, NamedResource.ofName(file.toString()), in, FilePasswordProvider.EMPTY);
      List<KeyPair> keys = new ArrayList<>();
      if (read != null) {
        read.forEach(keys::add);
      }
      if (keys.isEmpty()) {
        throw unreadable(file, null);
      }
      return keys;
    } catch (GeneralSecurityException | RuntimeException wrong) {
      throw unreadable(file, wrong);
    }
  }

  private static IOException unreadable(Path file, @Nullable Exception cause) {
    return new IOException(
        "the ssh key \"" + file + "\" cannot be read; give an unencrypted OpenSSH private key",
        cause);
  }

  private static List<PublicKey> pinned(List<String> lines) throws IOException {
    List<PublicKey> keys = new ArrayList<>();
    for (String line : lines) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      try {
        keys.add(
            PublicKeyEntry.parsePublicKeyEntry(entry(line)).resolvePublicKey(null, null, null));
      } catch (GeneralSecurityException | RuntimeException wrong) {
        throw new IOException(
            "the host key \"" + line + "\" cannot be read; write it as in known_hosts", wrong);
      }
    }
    return keys;
  }

  /**
   * The {@code type key} part of a known_hosts line, with or without the host's names before it.
   */
  private static String entry(String line) {
    String[] words = line.strip().split("\\s+");
    int type = words[0].startsWith("ssh-") || words[0].startsWith("ecdsa-") ? 0 : 1;
    return String.join(" ", Arrays.copyOfRange(words, type, Math.min(words.length, type + 2)));
  }

  private record Pinned(List<PublicKey> keys) implements ServerKeyDatabase {
    @Override
    public List<PublicKey> lookup(String address, InetSocketAddress remote, Configuration config) {
      return keys;
    }

    @Override
    public boolean accept(
        String address,
        InetSocketAddress remote,
        PublicKey key,
        Configuration config,
        CredentialsProvider provider) {
      return keys.stream().anyMatch(pin -> KeyUtils.compareKeys(pin, key));
    }
  }
}
