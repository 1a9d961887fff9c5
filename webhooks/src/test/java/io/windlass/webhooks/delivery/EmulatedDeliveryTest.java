package io.windlass.webhooks.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.javalin.Javalin;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.source.EmulatedGitHub;
import io.windlass.webhooks.delivery.HookDirectory.Hook;
import io.windlass.webhooks.delivery.HookDirectory.Scope;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A delivery that somebody else made, signed and sent. */
class EmulatedDeliveryTest {
  private static final String NAME = EmulatedGitHub.REPOSITORY.toString();
  private static final String SECRET = "what GitHub and we know";

  @TempDir private Path data;
  @TempDir private Path there;
  private final List<AutoCloseable> opened = new ArrayList<>();
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private Database database;
  private EmulatedGitHub github;

  @BeforeEach
  void open() throws Exception {
    database = Database.open(DatabaseSettings.in(data));
    opened.add(database);
    Journal journal = new Journal(database, InstantSource.system());
    opened.add(journal);
    journal.register(new DeliveryMachine(), Performer.idle(), new DeliveryTable());
    journal.register(new IntakeTest.Listening(), Performer.idle());
    journal.start();
    Intake intake = new Intake(journal, InstantSource.system());
    Hook hook = new Hook(WebhookSecret.of(SECRET, Optional.empty()), new Scope.Repository(NAME));
    intake.serve(new HookDirectory(Map.of(NAME, hook), Map.of(), Map.of()), List.of(NAME));
    Javalin javalin =
        Javalin.create(config -> {
          config.startup.showJavalinBanner = false;
          new HookRoutes(intake, heard::add).add(config.routes);
        });
    javalin.start("127.0.0.1", 0);
    opened.add(javalin::stop);
    URI address = URI.create("http://127.0.0.1:" + javalin.port() + "/hooks/github/" + NAME);
    github =
        EmulatedGitHub.start(
            there, KeyPairGenerator.getInstance("RSA").generateKeyPair(), address, SECRET);
    opened.add(github);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable one : opened.reversed()) {
      one.close();
    }
  }

  @Test
  void aPushIsVerifiedAndStored() throws Exception {
    github.commit("windlass.yaml", "steps: {}");

    Deliveries deliveries = new Deliveries(database);
    await().atMost(Duration.ofSeconds(20)).until(() -> deliveries.count() == 1);
    assertThat(heard).containsExactly("accepted");
  }
}
