package io.windlass.webhooks.dashboard;

import static io.windlass.webhooks.dashboard.SeededServer.PRODUCTION;
import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.run.RunSummary;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What people ask through the pages' forms. */
class FormsTest {
  private static final String HERE = "/environments/acme/shop/production";

  @TempDir private Path data;
  private SeededServer server;
  private Browsing browsing;

  @BeforeEach
  void open() throws Exception {
    server = SeededServer.open(data);
    browsing = new Browsing(server);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aFreezeNeedsAReasonAndIsLiftedAgain() {
    assertThat(browsing.post(HERE + "/freeze", Map.of("reason", " ")).status()).isEqualTo(400);
    assertThat(browsing.post(HERE + "/freeze", Map.of("reason", "x".repeat(1_001))).status())
        .isEqualTo(400);
    assertThat(server.engine.environments().one(PRODUCTION).orElseThrow().freeze()).isEmpty();

    Browsing.Page done = browsing.post(HERE + "/freeze", Map.of("reason", "sale <today>"));

    assertThat(done.status()).isEqualTo(303);
    assertThat(done.header("Location")).isEqualTo(HERE);
    assertThat(browsing.get(HERE).html()).contains("sale &lt;today&gt;", "Lift the freeze");
    assertThat(browsing.get("/").text()).contains("until somebody lifts the freeze");

    browsing.post(HERE + "/unfreeze", Map.of());

    assertThat(browsing.get(HERE).html()).doesNotContain("Lift the freeze");
  }

  @Test
  void aReturnGoesToAReleaseThatServedAndFreezes() {
    assertThat(browsing.post(HERE + "/rollback", Map.of("release", "3", "reason", "try")).status())
        .isEqualTo(409);
    assertThat(browsing.post(HERE + "/rollback", Map.of("release", "1")).status()).isEqualTo(400);

    Browsing.Page done =
        browsing.post(HERE + "/rollback", Map.of("release", "1", "reason", "prices are wrong"));

    assertThat(done.status()).isEqualTo(303);
    assertThat(browsing.get(HERE).text())
        .contains("Rollout under way", "To release 1 from release 2, asked for by a person")
        .contains("prices are wrong");
  }

  @Test
  void aCanaryShowsItsStageAndIsApproved() throws Exception {
    server.canary();

    Browsing.Page page = browsing.get(HERE);
    assertThat(page.text())
        .contains("Stage 2 of 3: at 50%; 50% of the requests.")
        .contains("It waits for a person, 23h58m left")
        .contains("0.4%, 0.35% before")
        .contains("no data", "nobody asked");
    assertThat(browsing.get("/environments").text()).contains("waits for approval");
    assertThat(page.html()).contains("kind=\"&lt;gift");

    assertThat(browsing.post(HERE + "/rollout/approve", Map.of()).status()).isEqualTo(303);
    server.engine.confirm(SeededServer.PRODUCTION, 1);

    assertThat(browsing.get(HERE).text())
        .contains("Stage 3 of 3: in place")
        .contains("Stage 2 was approved by dashboard");
    assertThat(browsing.post(HERE + "/rollout/approve", Map.of()).status()).isEqualTo(409);
  }

  @Test
  void aRolloutIsGivenUpWithAReason() throws Exception {
    server.canary();
    assertThat(browsing.post(HERE + "/rollout/abort", Map.of()).status()).isEqualTo(400);

    assertThat(browsing.post(HERE + "/rollout/abort", Map.of("reason", "too <soon>")).status())
        .isEqualTo(303);

    assertThat(browsing.get(HERE).html())
        .contains("dashboard stopped it: too &lt;soon&gt;")
        .doesNotContain("Give this rollout up");
    assertThat(browsing.post(HERE + "/rollout/abort", Map.of("reason", "again")).status())
        .isEqualTo(409);
  }

  @Test
  void programsApproveAndGiveUpToo() throws Exception {
    String api = "/api/v1" + HERE;
    assertThat(browsing.ask(api + "/rollout/approve", "{}").status()).isEqualTo(409);
    server.canary();
    assertThat(browsing.get(api).html())
        .contains("\"phase\":\"gated\"", "\"words\":\"at 50%\"", "\"verdict\":\"no-data\"");
    assertThat(browsing.ask(api + "/rollout/abort", "{}").status()).isEqualTo(400);

    assertThat(browsing.ask(api + "/rollout/approve", "{}").status()).isEqualTo(202);
    assertThat(browsing.ask(api + "/rollout/abort", "{\"reason\": \"late\"}").status())
        .isEqualTo(202);

    assertThat(browsing.get(api).html()).contains("api stopped it: late");
  }

  @Test
  void aRunIsCancelled() {
    Browsing.Page done = browsing.post("/runs/acme/shop/6/cancel", Map.of());

    assertThat(done.status()).isEqualTo(303);
    assertThat(browsing.get("/runs/acme/shop/6").text()).contains("dashboard");
    assertThat(browsing.post("/runs/acme/shop/99/cancel", Map.of()).status()).isEqualTo(404);
    assertThat(server.engine.runs().one(server.good).orElseThrow().summary().status())
        .isEqualTo(RunSummary.Status.SUCCEEDED);
  }
}
