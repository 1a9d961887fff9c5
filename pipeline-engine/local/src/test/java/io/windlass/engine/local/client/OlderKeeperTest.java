package io.windlass.engine.local.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.local.protocol.Control;
import io.windlass.engine.local.protocol.Json;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.scaler.fleet.Share;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that was upgraded before its keeper. */
class OlderKeeperTest {
  private static final EnvironmentId ENVIRONMENT = new EnvironmentId("acme/shop", "production");
  private static final ReleaseId RELEASE = new ReleaseId(ENVIRONMENT, 2);

  /** As the version before reads it. */
  private record Shift(String environment, String release, int percent) {}

  @TempDir private Path directory;
  private final List<Shift> shifts = new CopyOnWriteArrayList<>();
  private ServerSocketChannel socket;
  private KeeperClient client;
  private KeeperTarget target;

  @BeforeEach
  void open() throws Exception {
    Files.createDirectory(
        Control.directory(directory),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    socket =
        ServerSocketChannel.open(StandardProtocolFamily.UNIX)
            .bind(UnixDomainSocketAddress.of(Control.socket(directory)));
    Thread.ofVirtual().start(this::serve);
    client = new KeeperClient(directory, Duration.ofSeconds(5));
    target = new KeeperTarget(client, _ -> {}, _ -> Optional.empty());
  }

  @AfterEach
  void close() throws Exception {
    client.close();
    socket.close();
  }

  private void serve() {
    while (socket.isOpen()) {
      try (SocketChannel connection = socket.accept()) {
        String request = request(connection);
        String what = request.substring(0, request.indexOf(" HTTP/"));
        String body = request.substring(request.indexOf("\r\n\r\n") + 4);
        boolean known = what.equals("POST /v1/shift");
        if (known) {
          shifts.add(Json.read(body.getBytes(StandardCharsets.UTF_8), Shift.class));
        }
        String error =
            "{\"error\":\"Tried '" + what + "' but this keeper's protocol does not have it\"}";
        String answer =
            known
                ? "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
                : "HTTP/1.1 404 Not Found\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s"
                    .formatted(error.length(), error);
        connection.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.UTF_8)));
      } catch (IOException closed) {
        // The next one, or the end.
      }
    }
  }

  private static String request(SocketChannel connection) throws IOException {
    StringBuilder text = new StringBuilder();
    ByteBuffer buffer = ByteBuffer.allocate(8192);
    while (!text.toString().matches("(?s).*\r\n\r\n.*}")) {
      if (connection.read(buffer.clear()) < 0) {
        throw new IOException("the request ended early");
      }
      text.append(StandardCharsets.UTF_8.decode(buffer.flip()));
    }
    return text.toString();
  }

  @Test
  void replacesAndDividesByPercent() throws Exception {
    target.shift(ENVIRONMENT, RELEASE, new Division.Part(Share.percent(7)));
    target.shift(ENVIRONMENT, RELEASE, new Division.Replace());

    assertThat(shifts)
        .containsExactly(
            new Shift(ENVIRONMENT.toString(), RELEASE.toString(), 7),
            new Shift(ENVIRONMENT.toString(), RELEASE.toString(), 100));
  }

  @Test
  void doesNotTakeBlueGreenForSomethingElse() {
    assertThatThrownBy(() -> target.shift(ENVIRONMENT, RELEASE, new Division.Beside(false)))
        .isInstanceOf(RolloutException.class)
        .hasMessageContaining("POST /v1/beside")
        .hasMessageContaining("older than the server has to be restarted");
    assertThat(shifts).isEmpty();
  }
}
