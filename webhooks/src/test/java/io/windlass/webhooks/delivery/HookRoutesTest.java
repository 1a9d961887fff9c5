package io.windlass.webhooks.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.Javalin;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.Journal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HookRoutesTest {
  private static final int PIECE = 16 * 1024;

  @TempDir private Path data;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private Journal journal;

  @BeforeEach
  void open() {
    Database database = Database.open(DatabaseSettings.in(data));
    opened.add(database);
    journal = new Journal(database, InstantSource.system());
    opened.add(journal);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened.reversed()) {
      one.close();
    }
  }

  @Test
  void connectionsThatAnnounceMuchAndSendNothingKeepNoDeliveryOut() throws Exception {
    int port = serve(8 * PIECE, Duration.ofSeconds(30));
    for (int i = 0; i < 4; i++) {
      begin(port, 4 * PIECE).getOutputStream().write('x');
    }

    // Nobody's signature, and that is the point: it was read and judged.
    assertThat(post(port, PIECE / 2)).isEqualTo(401);
  }

  @Test
  void whatIsMoreThanThereIsRoomForIsToComeLater() throws Exception {
    int port = serve(2 * PIECE, Duration.ofSeconds(30));

    assertThat(post(port, 3 * PIECE)).isEqualTo(503);
    assertThat(post(port, PIECE)).isEqualTo(401);
  }

  @Test
  void aBodyThatTakesForEverIsEnded() throws Exception {
    int port = serve(8 * PIECE, Duration.ofMillis(100));
    Socket slow = begin(port, PIECE);

    await()
        .atMost(Duration.ofSeconds(20))
        .until(() -> {
          if (slow.getInputStream().available() == 0) {
            slow.getOutputStream().write('x');
          }
          return slow.getInputStream().available() > 0;
        });

    assertThat(new String(slow.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
        .isEqualTo("HTTP/1.1 408");
    assertThat(heard).containsExactly("too slow");
  }

  private int serve(int memoryBytes, Duration patience) {
    HookRoutes routes =
        new HookRoutes(
            new Intake(journal, InstantSource.system()), heard::add, memoryBytes, patience);
    Javalin javalin =
        Javalin.create(config -> {
          config.startup.showJavalinBanner = false;
          routes.add(config.routes);
        });
    javalin.start("127.0.0.1", 0);
    opened.add(javalin::stop);
    return javalin.port();
  }

  private Socket begin(int port, int announced) throws IOException {
    Socket socket = new Socket("127.0.0.1", port);
    opened.add(socket);
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    head.writeBytes(
        ("POST /hooks/github HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: "
                + announced
                + "\r\n\r\n")
            .getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().write(head.toByteArray());
    return socket;
  }

  private static int post(int port, int bytes) throws Exception {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/hooks/github"))
                  .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[bytes]))
                  .build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    }
  }
}
