package io.windlass.webhooks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.plan.Plan;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.Change;
import io.windlass.webhooks.api.ApiJson;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PlanCommandTest {
  private static String printed(Optional<Long> serving, List<Change> changes, String... obstacles) {
    Plan plan =
        new Plan(
            new EnvironmentId("acme/shop", "production"),
            "refs/heads/main",
            "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
            serving,
            true,
            changes,
            List.of(obstacles));
    var out = new StringWriter();
    PlanCommand.print(ApiJson.mapper().valueToTree(plan), new PrintWriter(out, true));
    return out.toString();
  }

  @Test
  void whatComesGoesAndChangesHasItsSign() {
    Change changed =
        new Change(
            "process web",
            Change.Kind.CHANGED,
            List.of(
                new Change.Line("port", Optional.of("8080"), Optional.of("9090")),
                new Change.Line("memory", Optional.empty(), Optional.of("64 bytes")),
                new Change.Line("run", Optional.of("old"), Optional.empty())));
    Change gone = new Change("process worker", Change.Kind.REMOVED, List.of());

    assertThat(printed(Optional.of(7L), List.of(changed, gone), "frozen by ada: the sale"))
        .isEqualToNormalizingNewlines(
            """
            Commit 4b825dc642cb6eb9a060e54bf8d69288fbee4904 of refs/heads/main, compared with release 7
            ~ process web
                ~ port: 8080 -> 9090
                + memory: 64 bytes
                - run: old
            - process worker
            ! it would not be deployed: frozen by ada: the sale
            """);
  }

  @Test
  void nothingToChangeIsSaid() {
    assertThat(printed(Optional.empty(), List.of()))
        .contains("; nothing serves yet", "Nothing would change.");
  }
}
