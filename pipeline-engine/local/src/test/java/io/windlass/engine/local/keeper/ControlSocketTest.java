package io.windlass.engine.local.keeper;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.local.client.KeeperClient;
import io.windlass.engine.local.client.KeeperException;
import io.windlass.engine.local.client.KeeperException.Kind;
import io.windlass.engine.local.keeper.KeeperSettings.Sandboxing;
import io.windlass.engine.local.protocol.Control;
import io.windlass.engine.local.protocol.Resize;
import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.local.sandbox.Users;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who can speak to a keeper, and who can pretend to be one. */
@Timeout(60)
class ControlSocketTest {
  private static final int STRANGER = Users.FIRST + 4_711;

  @TempDir Path temporary;
  private Bench bench;
  private Path socket;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(temporary, Sandboxing.OFF);
    bench.start();
    socket = Control.socket(bench.directory);
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  @Test
  void onlyItsOwnerCanPassThroughToTheSocket() throws Exception {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket.getParent())))
        .isEqualTo("rwx------");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-------");
    Bench.need(bench.client.status().isolation().unprivileged(), "root, who can become another");

    assertThat(connects(0)).isTrue();
    assertThat(connects(STRANGER)).isFalse();
  }

  @Test
  void thePortOfTheMetricsGivesNothingElse() throws Exception {
    assertThat(bench.metrics()).contains("# TYPE");

    for (String method : List.of("GET", "POST", "DELETE")) {
      for (String path : List.of("/v1/status", "/v1/stop-all", "/v1/steps")) {
        assertThat(bench.overTcp(method, path).statusCode()).as(method + path).isEqualTo(404);
      }
    }
  }

  @Test
  void whileTheKeeperIsAwayNobodyWhoTakesAPortIsAskedAnything() throws Exception {
    int port = bench.metricsPort();
    bench.stop();
    try (ServerSocketChannel impostor = ServerSocketChannel.open();
        KeeperClient client = new KeeperClient(bench.directory, Duration.ofMillis(300))) {
      impostor.bind(new InetSocketAddress("127.0.0.1", port));
      impostor.configureBlocking(false);

      assertThatThrownBy(client::status)
          .isInstanceOfSatisfying(
              KeeperException.class, e -> assertThat(e.kind()).isEqualTo(Kind.AWAY));
      assertThat(impostor.accept()).isNull();
    }
  }

  @Test
  void aSocketWhereOthersCouldPutTheirsIsNotSpokenTo() throws Exception {
    Path around = socket.getParent();
    Files.setPosixFilePermissions(around, PosixFilePermissions.fromString("rwxrwxrwx"));
    assertThatThrownBy(bench.client::status)
        .isInstanceOfSatisfying(
            KeeperException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BROKEN))
        .hasMessageContaining("somebody else may answer");

    Files.setPosixFilePermissions(around, PosixFilePermissions.fromString("rwx------"));
    Bench.need(bench.client.status().isolation().unprivileged(), "root, who can give files away");
    Trees.give(around, STRANGER);
    assertThatThrownBy(bench.client::status).hasMessageContaining("belongs to user " + STRANGER);

    Trees.give(around, Trees.owner(bench.directory));
    assertThat(bench.client.status().pid()).isEqualTo(ProcessHandle.current().pid());
  }

  @Test
  void whatAKilledKeeperLeftIsTakenOver() throws Exception {
    bench.stop();
    // As the kernel leaves it: a name that nobody listens at.
    try (ServerSocketChannel killed = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      killed.bind(UnixDomainSocketAddress.of(socket));
    }
    assertThat(Files.exists(socket)).isTrue();

    bench.start();

    assertThat(bench.client.status().pid()).isEqualTo(ProcessHandle.current().pid());
  }

  @Test
  void aBodyThatIsTooLongIsRefusedUnread() throws Exception {
    String answer =
        raw(
            "POST /v1/fleet/size HTTP/1.1\r\nHost: k\r\nContent-Length: "
                + (Control.BODY_LIMIT + 1)
                + "\r\n\r\n");
    assertThat(answer).startsWith("HTTP/1.1 413").contains("longer than");

    assertThatThrownBy(() ->
            bench.client.resize(new Resize(Bench.FLEET, 1, "x".repeat(Control.BODY_LIMIT), "test")))
        .isInstanceOfSatisfying(
            KeeperException.class, e -> assertThat(e.kind()).isEqualTo(Kind.REFUSED));
  }

  @Test
  void aBodyOfUnknownLengthEndsAtTheLimitToo() throws Exception {
    String chunk = "x".repeat(1 << 20);
    String framed = Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n";

    String answer =
        raw(
            "POST /v1/fleet/size HTTP/1.1\r\nHost: k\r\nTransfer-Encoding: chunked\r\n\r\n"
                + framed.repeat(4)
                + "40\r\n"
                + "x".repeat(64));

    assertThat(answer).startsWith("HTTP/1.1 413");
  }

  @Test
  void aSocketWhoseNameIsTooLongIsRefusedWithWhatToDo() {
    KeeperSettings deep = KeeperSettings.of(temporary.resolve("d".repeat(100)));

    assertThatThrownBy(() -> Keeper.start(deep).close())
        .isInstanceOf(io.windlass.engine.local.keeper.KeeperException.class)
        .hasMessageContaining("Linux allows 107; choose a data directory with a shorter name");
  }

  private boolean connects(int user) throws Exception {
    Process process =
        new ProcessBuilder(
                "/usr/bin/setpriv",
                "--reuid=" + user,
                "--regid=" + user,
                "--clear-groups",
                "/usr/bin/perl",
                "-MIO::Socket::UNIX",
                "-e",
                "exit(IO::Socket::UNIX->new(Peer => $ARGV[0]) ? 0 : 1)",
                socket.toString())
            .inheritIO()
            .start();
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    return process.exitValue() == 0;
  }

  /** The beginning of what is answered. */
  private String raw(String request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      Channels.newOutputStream(channel).write(request.getBytes(US_ASCII));
      ByteBuffer answer = ByteBuffer.allocate(8 << 10);
      channel.read(answer);
      return new String(answer.array(), 0, answer.position(), US_ASCII);
    }
  }
}
