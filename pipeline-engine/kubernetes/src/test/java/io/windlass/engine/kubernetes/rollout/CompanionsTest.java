package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.windlass.engine.kubernetes.apply.ObjectRef;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole clusters are tried in {@link BroughtTargetTest}; here is what no test's cluster has. */
final class CompanionsTest {
  private static final ObjectRef AGENT = new ObjectRef("apps/v1", "DaemonSet", "agent");

  private static JsonNode agent(String spec, int wanted, int updated, int ready) throws Exception {
    return new ObjectMapper()
        .readTree(
            """
            { "metadata": { "generation": 2 }, "spec": %s, "status": { "observedGeneration": 2,
              "desiredNumberScheduled": %d, "updatedNumberScheduled": %d, "numberReady": %d } }
            """
                .formatted(spec, wanted, updated, ready));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 50, 50, 50, true",
    "1, 50, 50, 49, true",
    "1, 50, 49, 49, true",
    "1, 50, 50, 48, false",
    "1, 50, 48, 50, false",
    "10%, 50, 45, 45, true",
    "10%, 50, 45, 44, false",
    "1, 1, 1, 0, false",
    "100%, 3, 3, 0, false",
    "1, 0, 0, 0, true"
  })
  void what_runs_on_each_node_is_there_where_no_more_is_missing_than_may_be(
      String mayBeMissing, int wanted, int updated, int ready, boolean there) throws Exception {
    String spec =
        "{ \"updateStrategy\": { \"rollingUpdate\": { \"maxUnavailable\": \"%s\" } } }"
            .formatted(mayBeMissing);

    assertThat(Companions.waits(AGENT, agent(spec, wanted, updated, ready)).isEmpty())
        .isEqualTo(there);
  }

  @ParameterizedTest
  @CsvSource({"49, true", "48, false"})
  void one_may_be_missing_where_nothing_is_said(int ready, boolean there) throws Exception {
    assertThat(Companions.waits(AGENT, agent("{}", 50, 50, ready)).isEmpty()).isEqualTo(there);
  }
}
