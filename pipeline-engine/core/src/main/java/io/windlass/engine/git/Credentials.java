package io.windlass.engine.git;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** What opens a repository. None of it is ever printed. */
public sealed interface Credentials {

  /** For repositories that everybody may read, and for files. */
  record Anonymous() implements Credentials {}

  /**
   * A token over https, asked for at each fetch, as installation tokens of a GitHub App live for an
   * hour.
   *
   * @param user what the host wants as user name; {@code x-access-token} for GitHub
   */
  record Token(String user, TokenSource source) implements Credentials {
    @Override
    public String toString() {
      return "Token[***]";
    }
  }

  /**
   * A key over ssh.
   *
   * @param privateKey file of an unencrypted OpenSSH private key
   * @param hostKeys the only host keys that are believed, in the form of {@code known_hosts} lines
   *     or bare {@code ssh-ed25519 AAAA...}; without one every connection is refused
   */
  record SshKey(Path privateKey, List<String> hostKeys) implements Credentials {
    public SshKey {
      hostKeys = List.copyOf(hostKeys);
    }

    @Override
    public String toString() {
      return "SshKey[" + privateKey + "]";
    }
  }

  /** Gives a token that is valid now. */
  @FunctionalInterface
  interface TokenSource {
    /**
     * The token to use now.
     *
     * @throws IOException when none can be had; the message says why and carries no secret
     */
    String token() throws IOException;
  }

  static Credentials anonymous() {
    return new Anonymous();
  }

  /** A GitHub token that stays the same. */
  static Credentials token(String token) {
    return new Token("x-access-token", () -> token);
  }
}
