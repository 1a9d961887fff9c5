package io.windlass.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.pipeline.PipelineReader;
import io.windlass.engine.run.ChildProcessExecutor;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.secret.SecretValue;
import io.windlass.scaler.syntax.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalExecTest {
  @TempDir Path directory;

  private LocalExec.Task task(String steps, List<String> only) throws Exception {
    String file =
        steps
            + "image: { preset: files, files: [{ from: app, to: app }], entrypoint: [app/main] }\n";
    var pipeline = PipelineReader.read(new Source("windlass.yaml", file));
    assertThat(pipeline.problems()).isEmpty();
    Path workspace = Files.createDirectories(directory.resolve("workspace"));
    return new LocalExec.Task(
        pipeline.pipeline().orElseThrow(),
        workspace,
        directory.resolve("data"),
        "local/shop",
        "refs/heads/main",
        "0".repeat(40),
        only);
  }

  private RunDetail run(LocalExec.Task task) {
    var exec =
        new LocalExec(
            new ChildProcessExecutor(InstantSource.system()),
            (repository, name) -> Optional.of(SecretValue.of("a-secret-of-" + name)),
            InstantSource.system());
    return exec.run(task, detail -> {});
  }

  @Test
  void stepsRunInTheOrderOfTheirNeedsInTheDirectoryAsItIs() throws Exception {
    RunDetail run =
        run(
            task(
                """
                steps:
                  second: { needs: [first], run: cat made > copied }
                  first: { run: echo here > made }
                """,
                List.of()));

    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
    assertThat(directory.resolve("workspace/copied")).hasContent("here");
  }

  @Test
  void aFailureIsTheRunsOwn() throws Exception {
    RunDetail run = run(task("steps: { test: { run: exit 7 } }\n", List.of()));

    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.FAILED);
    assertThat(run.summary().cause()).contains("step \"test\" exited with 7");
  }

  @Test
  void onlyTheStepsThatAreNamedRunWithWhatTheyNeed() throws Exception {
    RunDetail run =
        run(
            task(
                "steps: { a: { run: 'true' }, b: { needs: [a], run: 'true' }, c: { run: 'false' } }\n",
                List.of("b")));

    assertThat(run.steps()).extracting(RunDetail.StepView::name).containsExactly("a", "b");
    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.SUCCEEDED);
  }

  @Test
  void aStepThatIsNotThereIsNamedWithThoseThatAre() throws Exception {
    LocalExec.Task task = task("steps: { a: { run: 'true' } }\n", List.of("b"));

    assertThatThrownBy(() -> run(task))
        .hasMessageContaining("\"b\"")
        .hasMessageContaining("it has: a");
  }

  @Test
  void aSecretIsMaskedInTheLog() throws Exception {
    LocalExec.Task task =
        task("steps: { a: { secrets: [TOKEN], run: 'echo \"is $TOKEN\"' } }\n", List.of());

    run(task);

    assertThat(task.log("a", 1)).content().contains("is ").doesNotContain("a-secret-of-TOKEN");
  }

  @Test
  void resourcesThatNobodyGivesHereAreSaid() throws Exception {
    LocalExec.Task task =
        task(
            "steps: { a: { resources: { memory: 1GiB }, run: 'true' }, b: { run: 'true' } }\n",
            List.of());

    run(task);

    assertThat(task.log("a", 1))
        .content()
        .contains("its \"resources\" are not given or limited here");
    assertThat(task.log("b", 1)).isEmptyFile();
  }

  @Test
  void servicesThatNobodyRunsHereAreRefused() throws Exception {
    RunDetail run =
        run(
            task(
                "steps: { a: { run: 'true', services: { db: { image: 'postgres:16', port: 5432, ready: { path: /x } } } } }\n",
                List.of()));

    assertThat(run.summary().status()).isEqualTo(RunSummary.Status.ERRORED);
    assertThat(run.summary().cause().orElseThrow()).contains("services: db");
  }

  @Test
  void eachStateIsHeard() throws Exception {
    LocalExec.Task task = task("steps: { a: { run: 'true' } }\n", List.of());
    List<RunSummary.Status> heard = new ArrayList<>();

    new LocalExec(
            new ChildProcessExecutor(InstantSource.system()),
            (repository, name) -> Optional.empty(),
            InstantSource.system())
        .run(task, detail -> heard.add(detail.summary().status()));

    assertThat(heard).startsWith(RunSummary.Status.RUNNING).endsWith(RunSummary.Status.SUCCEEDED);
  }
}
