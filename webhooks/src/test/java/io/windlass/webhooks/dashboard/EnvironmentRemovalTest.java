package io.windlass.webhooks.dashboard;

import static io.windlass.webhooks.dashboard.SeededServer.STAGING;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Only {@code production} is granted by the server's file, and {@code staging} serves as well. */
class EnvironmentRemovalTest {
  private static final String API = "/api/v1/environments/acme/shop/";

  @TempDir private Path data;
  private SeededServer server;
  private Browsing browsing;

  @BeforeEach
  void open() throws Exception {
    server = SeededServer.open(data);
    browsing = new Browsing(server);
    if (server.engine.environments().one(STAGING).orElseThrow().rollout().isPresent()) {
      server.engine.settle(STAGING);
    }
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Browsing.Page remove(String environment, String confirm) {
    return browsing.ask(
        API + environment + "/removal",
        "{\"reason\": \"moved <away>\", \"confirm\": \"" + confirm + "\"}");
  }

  @Test
  void whatIsGrantedNoMoreGoesOnAndIsShown() {
    assertThat(browsing.get("/environments/acme/shop/staging").text())
        .contains("grants this environment no more")
        .contains("windlass environment remove acme/shop/staging");
    assertThat(browsing.get(API + "staging").html()).contains("\"granted\":false");
    assertThat(browsing.get(API + "production").html()).contains("\"granted\":true");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/environments"})
  void theListMarksTheOneThatIsGrantedNoMore(String page) {
    assertThat(browsing.get(page).text())
        .containsOnlyOnce("granted no more by the server's file")
        .containsPattern("acme/shop/staging(?s:.)*granted no more");
  }

  @Test
  void itIsRemovedOnlyUnderItsOwnNameAndWhoAskedIsShown() {
    assertThat(remove("staging", "acme/shop/production").status()).isEqualTo(400);
    assertThat(server.engine.environments().one(STAGING).orElseThrow().removal()).isEmpty();

    assertThat(remove("staging", "acme/shop/staging").status()).isEqualTo(202);

    assertThat(browsing.get("/environments/acme/shop/staging").html())
        .contains("being removed", "moved &lt;away&gt;");
  }

  @Test
  void whatTheFileStillGrantsIsNotRemoved() {
    Browsing.Page refused = remove("production", "acme/shop/production");

    assertThat(refused.status()).isEqualTo(409);
    assertThat(refused.text()).contains("still grants acme/shop/production");
    assertThat(remove("nowhere", "acme/shop/nowhere").status()).isEqualTo(404);
  }
}
