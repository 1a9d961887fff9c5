package io.windlass.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.plan.Plan;
import io.windlass.engine.plan.Plans;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.source.CommitStatus;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.Ref;
import java.nio.file.Path;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlansTest {
  private static final String FILE =
      """
      image:
        preset: files
        files: [{ from: app, to: app }]
        entrypoint: [sh, app/main.sh]
      app: { port: 8080, env: { LEVEL: info } }
      environments:
        production: { target: local, scale: { min: 2, max: 6, cpu: 60% } }
      """;

  @TempDir Path directory;
  private EngineWorld world;

  @BeforeEach
  void open() throws Exception {
    world =
        new EngineWorld(
            directory, new MemoryImageBuilder(), DatabaseSettings.in(directory.resolve("data")));
  }

  @AfterEach
  void close() {
    world.close();
  }

  private String commit(String file) throws Exception {
    return world.git.write("windlass.yaml", file).write("app/main.sh", "echo").commit("a commit");
  }

  private void live(String sha) {
    world.push("", sha);
    assertThat(world.ended(1).summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
  }

  private Plans.Answer asked(String sha) throws Exception {
    return world
        .engine()
        .plans()
        .plan(EngineWorld.PRODUCTION, Optional.of("refs/heads/main"), Optional.of(sha));
  }

  private Plan plan(String sha) throws Exception {
    return switch (asked(sha)) {
      case Plans.Answer.Planned(var plan) -> plan;
      case Plans.Answer.Impossible(var reason) -> throw new AssertionError(reason);
    };
  }

  @Test
  void whatServesAlreadyChangesNothing() throws Exception {
    String sha = commit(FILE);
    live(sha);

    Plan plan = plan(sha);

    assertThat(plan.changes()).isEmpty();
    assertThat(plan.serving()).contains(1L);
    assertThat(plan.built()).isTrue();
    assertThat(plan.obstacles()).isEmpty();
  }

  @Test
  void aPlanRendersWhatTheCommitBringsAndSaysWhatIsWrongWithIt() throws Exception {
    String file = FILE.replace("port: 8080, ", "").replace("local, ", "local, manifests: deploy, ");
    world.git.write("deploy/web.yaml", "kind: Deployment\n");
    String sha = commit(file);
    world.git.write("deploy/web.yaml", "hostile\n");
    String hostile = commit(file);

    assertThat(plan(sha).obstacles()).isEmpty();
    assertThat(plan(sha).changes()).extracting(Change::subject).contains("manifests");
    assertThat(plan(hostile).obstacles()).containsExactly("it is hostile");
  }

  @Test
  void nothingIsRenderedForAnEnvironmentThatTheCommitMayNotChange() throws Exception {
    String file = FILE.replace("port: 8080, ", "").replace("local, ", "local, manifests: deploy, ");
    world.git.write("deploy/web.yaml", "hostile\n");
    String sha = commit(file);
    world.refusals.put("production", Optional.of("only from main"));

    assertThat(plan(sha).obstacles()).containsExactly("only from main");
    assertThat(plan(sha).changes()).extracting(Change::subject).doesNotContain("manifests");
  }

  @Test
  void whatACommitWouldChangeIsSaidBeforeItIsBuilt() throws Exception {
    live(commit(FILE));
    String next =
        commit(
            FILE.replace("LEVEL: info", "LEVEL: debug")
                .replace("max: 6", "max: 9")
                .replace("port: 8080", "port: 9090"));

    Plan plan = plan(next);

    assertThat(plan.built()).isFalse();
    assertThat(plan.changes())
        .extracting(Change::subject)
        .containsExactly("process web", "variables", "scaling of web");
    assertThat(plan.changes().get(0).lines())
        .contains(new Change.Line("port", Optional.of("8080"), Optional.of("9090")))
        .anySatisfy(line -> {
          assertThat(line.path()).isEqualTo("image");
          assertThat(line.after()).contains("the image that the run will build");
        });
    assertThat(plan.changes().get(1).lines())
        .containsExactly(new Change.Line("LEVEL", Optional.of("info"), Optional.of("debug")));
    assertThat(plan.changes().get(2).lines())
        .containsExactly(new Change.Line("max", Optional.of("6"), Optional.of("9")));
    assertThat(world.target.shifts()).hasSize(1);
  }

  @Test
  void aFirstDeploymentAddsEverything() throws Exception {
    Plan plan = plan(commit(FILE));

    assertThat(plan.serving()).isEmpty();
    assertThat(plan.changes())
        .filteredOn(change -> change.subject().equals("process web"))
        .singleElement()
        .satisfies(change -> assertThat(change.kind()).isEqualTo(Change.Kind.ADDED));
  }

  @Test
  void whatStandsInTheWayIsSaidBesideIt() throws Exception {
    live(commit(FILE));
    world.engine().environments().freeze(EngineWorld.PRODUCTION, "ada", "the sale");
    String next =
        commit(FILE.replace("env: { LEVEL: info }", "env: { LEVEL: info }, secrets: [TOKEN]"));

    assertThat(plan(next).obstacles())
        .contains("secret \"TOKEN\" has no value yet", "frozen by ada: the sale");
  }

  @Test
  void aFileWithMistakesIsNoPlan() throws Exception {
    String sha = commit(FILE.replace("port: 8080", "prot: 8080"));

    assertThat(asked(sha))
        .isInstanceOfSatisfying(
            Plans.Answer.Impossible.class,
            impossible -> assertThat(impossible.reason()).contains("windlass.yaml", "prot"));
  }

  @Test
  void aPullRequestIsMarkedWithWhatItWouldChange() throws Exception {
    String first = commit(FILE);
    live(first);
    world.git.git("checkout", "--quiet", "-b", "better");
    String better = commit(FILE.replace("LEVEL: info", "LEVEL: debug"));

    world.pull(
        "opened",
        new Intent.PullRequest(
            7,
            "a better shop",
            "ada",
            better,
            Optional.of(EngineWorld.SHOP),
            "better",
            Ref.branch("main"),
            first,
            false,
            false));

    Awaitility.await()
        .untilAsserted(() ->
            assertThat(world.marks)
                .filteredOn(mark -> mark.context().equals("windlass/plan/production"))
                .singleElement()
                .satisfies(mark -> {
                  assertThat(mark.sha()).isEqualTo(better);
                  assertThat(mark.state()).isEqualTo(CommitStatus.State.SUCCESS);
                  assertThat(mark.description()).isEqualTo("would change variables");
                  assertThat(mark.target().orElseThrow())
                      .hasToString(
                          "https://windlass.example.com/environments/acme/shop/production/plan?sha="
                              + better);
                }));
    world.ended(2);
    assertThat(world.target.shifts()).hasSize(1);
  }
}
