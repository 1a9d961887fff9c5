package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.hash.Hashing;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.windlass.engine.run.StepContainer;
import io.windlass.engine.run.StepLimits;
import io.windlass.engine.run.StepTask;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A pod that says how it packs, and then neither sends anything nor ends. */
@Timeout(60)
final class SlowPodTest {
  private static final String ACCEPTED = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  private static final int BINARY = 0x82;
  private static final int OUTPUT = 1;
  private static final String POD =
      """
      HTTP/1.1 200 OK\r
      Content-Type: application/json\r
      Connection: close\r
      \r
      {"kind":"Pod","apiVersion":"v1","metadata":{"name":"pod"},
       "spec":{"initContainers":[{"name":"receive"}],"containers":[{"name":"keep"}]}}
      """;
  private static final Pace IMPATIENT =
      new Pace(1000, Duration.ofSeconds(1), Duration.ofMinutes(10));

  @TempDir private Path folder;
  private ServerSocket server;
  private KubernetesClient client;
  private PodStreams streams;
  private volatile String says = "";

  @BeforeEach
  void start() throws Exception {
    server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + server.getLocalPort())
                    .build())
            .build();
    streams =
        new PodStreams(client, ExecutorSettings.of("steps", "registry.test/image"), IMPATIENT);
    Files.createDirectory(folder.resolve("workspace"));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
    client.close();
  }

  @Test
  void aPodThatSendsNothingIsNotWaitedFor() {
    says = "plain\n";

    assertThatThrownBy(() -> streams.takeBack(task(), "pod"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the pod is too slow");
  }

  @Test
  void aPodThatDoesNotSayHowItPacksIsNotWaitedFor() {
    assertThatThrownBy(() -> streams.send(task(), "pod"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the pod is too slow");
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        Thread.ofVirtual().start(() -> exec(socket));
      } catch (IOException e) {
        return; // closed
      }
    }
  }

  /** Opens a stream as an API server does, says its word and stands still until the other goes. */
  private void exec(Socket socket) {
    try (socket;
        var reader =
            new BufferedReader(
                new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
        OutputStream output = socket.getOutputStream()) {
      String key = "";
      for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
        if (line.toLowerCase(Locale.ROOT).startsWith("sec-websocket-key:")) {
          key = line.substring(line.indexOf(':') + 1).strip();
        }
      }
      if (key.isEmpty()) {
        output.write(POD.getBytes(StandardCharsets.US_ASCII)); // the library looks at it first
        return;
      }
      output.write(
          """
          HTTP/1.1 101 Switching Protocols\r
          Upgrade: websocket\r
          Connection: Upgrade\r
          Sec-WebSocket-Accept: %s\r
          \r
          """
              .formatted(accepted(key))
              .getBytes(StandardCharsets.US_ASCII));
      output.write(new byte[] {(byte) BINARY, (byte) (1 + says.length()), OUTPUT});
      output.write(says.getBytes(StandardCharsets.US_ASCII));
      output.flush();
      while (reader.read() >= 0) {}
    } catch (IOException e) {
      // The other has gone.
    }
  }

  @SuppressWarnings("deprecation") // the protocol's own
  private static String accepted(String key) {
    byte[] hash = Hashing.sha1().hashString(key + ACCEPTED, StandardCharsets.US_ASCII).asBytes();
    return Base64.getEncoder().encodeToString(hash);
  }

  private StepTask task() {
    return new StepTask(
        "acme.shop-1-0a1b2c3d-test-1",
        folder.resolve("workspace"),
        List.of(),
        List.of("true"),
        Map.of(),
        Map.of(),
        StepContainer.NONE,
        folder.resolve("log"),
        new StepLimits(Duration.ofMinutes(1), 1 << 20, 0, 0));
  }
}
