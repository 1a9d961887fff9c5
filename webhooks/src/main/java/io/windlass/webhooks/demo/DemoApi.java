package io.windlass.webhooks.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.windlass.webhooks.client.ApiClient;
import io.windlass.webhooks.client.ApiException;
import java.util.Optional;
import java.util.Set;

/** What the demo asks the server's API, in the demo's words. */
final class DemoApi {
  private static final Set<String> ENDED =
      Set.of("succeeded", "failed", "errored", "cancelled", "superseded", "skipped");

  private final ApiClient api;
  private final String repository;
  private final String environment;

  DemoApi(ApiClient api, String repository, String environment) {
    this.api = api;
    this.repository = repository;
    this.environment = environment;
  }

  /** The run of a commit, once there is one. */
  Optional<JsonNode> runOf(String sha) throws ApiException {
    for (JsonNode run : api.get("/api/v1/runs?limit=20&repository=" + repository).path("items")) {
      if (run.path("sha").asText().equals(sha)) {
        return Optional.of(
            api.get("/api/v1/runs/" + repository + "/" + run.path("number").asLong()));
      }
    }
    return Optional.empty();
  }

  /** The run of a commit, once it has ended. */
  Optional<JsonNode> endedRunOf(String sha) throws ApiException {
    return runOf(sha).filter(run -> ENDED.contains(run.path("status").asText()));
  }

  JsonNode environment() throws ApiException {
    return api.get("/api/v1/environments/" + repository + "/" + environment);
  }

  JsonNode fleet(String process) throws ApiException {
    return api.get("/api/v1/fleets/" + repository + "/" + environment + "/" + process);
  }

  JsonNode decisions(String process) throws ApiException {
    return api.get(
            "/api/v1/fleets/"
                + repository
                + "/"
                + environment
                + "/"
                + process
                + "/decisions?limit=200")
        .path("items");
  }

  /** A page of the dashboard, as HTML; empty where there is none. */
  String page(String path) {
    try {
      return api.text(path);
    } catch (ApiException e) {
      return "";
    }
  }
}
