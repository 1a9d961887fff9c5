package io.windlass.webhooks.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.run.RunTrigger;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RunApiTest {
  private static final RunSummary RUN =
      new RunSummary(
          41,
          new RunId("acme/shop", 7),
          RunTrigger.Kind.PUSH,
          "refs/heads/main",
          "a".repeat(40),
          "Sell more",
          "Ann",
          Optional.empty(),
          "delivery 12",
          RunSummary.Status.FAILED,
          Optional.of("the step 'test' ended with 1"),
          Instant.EPOCH,
          Optional.of(Instant.EPOCH.plusSeconds(60)));

  private final ObjectMapper mapper = ApiJson.mapper();

  @Test
  void aWholeRunIsOneObjectWithAllThatTheListShows() {
    JsonNode listed = mapper.valueToTree(RunApi.RunJson.of(RUN));
    JsonNode whole =
        mapper.valueToTree(
            RunApi.RunWhole.of(
                new RunDetail(
                    RUN, "ended", List.of(), Optional.empty(), Map.of(), List.of(), List.of())));

    assertThat(names(listed))
        .containsExactly(
            "repository",
            "number",
            "kind",
            "ref",
            "sha",
            "title",
            "author",
            "status",
            "cause",
            "created",
            "ended");
    assertThat(names(whole))
        .startsWith(names(listed).toArray(String[]::new))
        .endsWith("askedBy", "steps", "deployments", "problems", "timeline")
        .hasSize(names(listed).size() + 5);
    assertThat(names(listed))
        .allSatisfy(name -> assertThat(whole.path(name)).isEqualTo(listed.path(name)));
  }

  private static List<String> names(JsonNode object) {
    return object.properties().stream().map(Map.Entry::getKey).toList();
  }
}
