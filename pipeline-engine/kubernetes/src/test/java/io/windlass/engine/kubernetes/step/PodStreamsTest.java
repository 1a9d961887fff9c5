package io.windlass.engine.kubernetes.step;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The last lines of a container, from an API server that may never finish them. */
final class PodStreamsTest {
  private static final Duration LONG = Duration.ofMinutes(2);

  private final CountDownLatch over = new CountDownLatch(1);
  private volatile boolean hangs;
  private volatile String log = "";
  private HttpServer api;
  private KubernetesClient client;
  private PodStreams streams;

  @BeforeEach
  void start() throws Exception {
    api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    api.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    api.createContext("/", this::answer);
    api.start();
    client =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(Config.empty())
                    .withMasterUrl("http://127.0.0.1:" + api.getAddress().getPort())
                    .build())
            .build();
    streams =
        new PodStreams(client, ExecutorSettings.of("steps", "registry.test/image"), Pace.USUAL);
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      exchange.sendResponseHeaders(200, 0);
      exchange.getResponseBody().write(log.getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      if (hangs) {
        over.await();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @AfterEach
  void stop() {
    over.countDown();
    client.close();
    api.stop(0);
  }

  @Test
  void theLastLinesAreRead() throws Exception {
    log = "one\ntwo";

    assertThat(streams.lastLines("pod", "db", false, LONG)).isEqualTo("one\ntwo");
  }

  @Test
  @Timeout(60)
  void lastLinesThatDoNotComeToAnEndAreNotWaitedForLonger() throws Exception {
    hangs = true;
    log = "one\n";

    assertThat(streams.lastLines("pod", "db", false, Duration.ofSeconds(1))).isEmpty();
  }

  @Test
  void aLineThatIsCutIsLeftOut() throws Exception {
    log = "one\n" + "s".repeat(PodStreams.MOST_LAST_BYTES);
    String cut = streams.lastLines("pod", "db", false, LONG);
    log = "s".repeat(PodStreams.MOST_LAST_BYTES);

    assertThat(cut).isEqualTo("one\n");
    assertThat(streams.lastLines("pod", "db", false, LONG)).isEmpty();
  }
}
