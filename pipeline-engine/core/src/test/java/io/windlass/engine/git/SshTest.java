package io.windlass.engine.git;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.windlass.engine.git.GitException.Fault;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against OpenSSH's own server. */
class SshTest {
  private static final RepositoryName SHOP = new RepositoryName("acme", "shop");
  private static final Path SSHD = Path.of("/usr/sbin/sshd");

  @TempDir Path temp;
  private Process server;
  private int port;

  @BeforeEach
  void start() throws Exception {
    if (!"true".equals(System.getenv("CI"))) {
      assumeTrue(Files.isExecutable(SSHD), "part absent: sshd (Debian's openssh-server)");
    }
    keygen("ed25519", "host");
    keygen("ed25519", "other");
    keygen("rsa", "rsa");
    keygen("ed25519", "ed25519");
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = free.getLocalPort();
    }
    Files.writeString(
        temp.resolve("authorized"),
        Files.readString(temp.resolve("rsa.pub")) + Files.readString(temp.resolve("ed25519.pub")));
    Path config =
        Files.writeString(
            temp.resolve("sshd_config"),
            """
            Port %d
            ListenAddress 127.0.0.1
            HostKey %s
            AuthorizedKeysFile %s
            PidFile none
            StrictModes no
            UsePAM no
            PasswordAuthentication no
            PermitRootLogin prohibit-password
            """
                .formatted(port, temp.resolve("host"), temp.resolve("authorized")));
    if (System.getProperty("user.name").equals("root")) {
      Files.createDirectories(Path.of("/run/sshd"));
    }
    server =
        new ProcessBuilder(SSHD.toString(), "-D", "-e", "-f", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(temp.resolve("sshd.log").toFile())
            .start();
    Awaitility.await()
        .atMost(Duration.ofSeconds(20))
        .ignoreExceptions()
        .until(() -> {
          try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
          }
        });
  }

  @AfterEach
  void stop() throws Exception {
    if (server != null) {
      server.destroy();
      server.waitFor();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"rsa", "ed25519"})
  void a_key_opens_a_repository_of_a_pinned_host_only(String key) throws Exception {
    Upstream upstream = new Upstream(temp.resolve("shop"));
    String commit = upstream.write("a", "1").commit("one");
    CloneUrl url =
        CloneUrl.parse(
            "ssh://" + System.getProperty("user.name") + "@127.0.0.1:" + port + upstream.directory);
    String pinned = "127.0.0.1 " + Files.readString(temp.resolve("host.pub"));
    String other = Files.readString(temp.resolve("other.pub"));
    try (Mirrors mirrors = Mirrors.open(MirrorSettings.in(temp.resolve("data")))) {
      Credentials good = new Credentials.SshKey(temp.resolve(key), List.of(pinned));
      assertThat(mirrors.fetch(SHOP, url, good).heads()).containsEntry(Ref.branch("main"), commit);

      Credentials unpinned = new Credentials.SshKey(temp.resolve(key), List.of(other));
      assertThatThrownBy(() -> mirrors.fetch(SHOP, url, unpinned))
          .isInstanceOfSatisfying(
              GitException.class, e -> assertThat(e.fault()).isEqualTo(Fault.SETUP))
          .hasMessageContaining("a key that is not pinned");

      Credentials stranger = new Credentials.SshKey(temp.resolve("other"), List.of(pinned));
      assertThatThrownBy(() -> mirrors.fetch(SHOP, url, stranger))
          .isInstanceOfSatisfying(
              GitException.class, e -> assertThat(e.fault()).isEqualTo(Fault.SETUP))
          .hasMessageContaining("refused the credentials");
    }
  }

  private void keygen(String type, String name) {
    Upstream.run(
        "",
        List.of("ssh-keygen", "-q", "-t", type, "-N", "", "-f", temp.resolve(name).toString()),
        temp);
  }
}
