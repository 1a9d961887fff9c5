package io.windlass.webhooks.crash;

import static io.windlass.webhooks.crash.Installation.until;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.windlass.webhooks.crash.Developer.Made;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/** A canary on real replicas with real requests, measured by the keeper. */
class CanaryTest {
  private static final String CANARY =
      """
      { strategy: canary, stages: [{ weight: 50%, hold: 5s, approve: true }], deadline: 3m, checks: [{ signal: error-rate, every: 1s, window: 5s, failures: 2, at-least: 5 }] }\
      """;

  private static final String ENVIRONMENT =
      "environments/" + Installation.REPOSITORY + "/" + Installation.ENVIRONMENT;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private final HttpClient client = HttpClient.newHttpClient();
  private final Set<Integer> statuses = new HashSet<>();
  private final Set<String> answers = new HashSet<>();
  private Installation installation;

  @BeforeEach
  void open() throws Exception {
    installation = Installation.start(folder, new Random());
    deploy(Made.GOOD);
    until("the first release serves", () -> serving(1));
    installation.developer().rollOut(CANARY);
  }

  @AfterEach
  void close() throws Exception {
    installation.close();
    client.close();
  }

  private void deploy(Made what) throws Exception {
    assertThat(installation.developer().deliver(installation.developer().commit(what))).isTrue();
  }

  private boolean serving(long release) throws Exception {
    JsonNode environment = installation.environment();
    return environment.path("current").path("id").path("number").asLong() == release
        && !environment.hasNonNull("rollout");
  }

  /** Enough for a check, soon; remembers what was answered since {@link #forget}. */
  private void requests() throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(installation.application()).build();
    for (int i = 0; i < 20; i++) {
      HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
      statuses.add(answer.statusCode());
      answers.add(answer.body());
    }
  }

  private void forget() {
    statuses.clear();
    answers.clear();
  }

  private boolean gated() throws Exception {
    requests();
    return installation.environment().path("rollout").path("phase").asText().equals("gated");
  }

  @Test
  void aGoodOneWaitsForAPersonThroughAKillOfTheServer() throws Exception {
    deploy(Made.GOOD);
    until("the canary waits for a person", this::gated);

    installation.server().kill();
    forget();
    requests();
    assertThat(answers).as("both serve without the server").containsExactlyInAnyOrder("1", "2");
    installation.server().startAgain();
    until("it waits again", this::gated);
    installation.post(ENVIRONMENT + "/rollout/approve");
    until("the second release serves", () -> serving(2));

    assertThat(statuses).containsExactly(200);
    forget();
    requests();
    assertThat(answers).containsExactly("2");
  }

  @Test
  void oneThatAnswersWithErrorsReturns() throws Exception {
    deploy(Made.SICK);

    until(
        "it has returned",
        () -> {
          requests();
          return installation
              .environment()
              .path("last")
              .path("outcome")
              .asText()
              .equals("returned");
        });

    assertThat(installation.environment().path("last").path("cause").asText())
        .startsWith("error-rate of web was bad 2 times in a row: ")
        .endsWith("; release 1 serves again");
    forget();
    requests();
    assertThat(answers).containsExactly("1");
  }
}
