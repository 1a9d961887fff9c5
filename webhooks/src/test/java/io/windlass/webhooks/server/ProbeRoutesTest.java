package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.webhooks.api.ApiJson;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeRoutesTest {
  private final AtomicLong free = new AtomicLong(1L << 30);
  private Database database;
  private HttpServer server;

  @BeforeEach
  void start(@TempDir Path data) {
    database = Database.open(DatabaseSettings.in(data));
    server =
        HttpServer.start(
            "127.0.0.1",
            0,
            ApiJson.mapper(),
            List.of(new ProbeRoutes(database, free::get, new Metrics())::add),
            () -> {});
  }

  @AfterEach
  void stop() {
    server.close();
    database.close();
  }

  @Test
  void isReadyWhileDeliveriesCanBeStored() throws Exception {
    HttpResponse<String> answer = get("/readyz");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"ready\":true}");
  }

  @Test
  void isNotReadyWhenTheDiskIsFullAndSaysSo() throws Exception {
    free.set(3L << 20);

    HttpResponse<String> answer = get("/readyz");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(answer.body())
        .contains("the disk of the data directory is full: 3 MiB are free, and 8 are needed");
  }

  @Test
  void isNotReadyWithoutItsDatabaseButAlive() throws Exception {
    database.close();

    assertThat(get("/readyz").statusCode()).isEqualTo(503);
    assertThat(get("/livez").statusCode()).isEqualTo(200);
  }

  private HttpResponse<String> get(String path) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path)).build(),
          BodyHandlers.ofString());
    }
  }
}
