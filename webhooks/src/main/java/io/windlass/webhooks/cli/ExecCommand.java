package io.windlass.webhooks.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.windlass.engine.LocalExec;
import io.windlass.engine.log.LogPage;
import io.windlass.engine.log.LogReader;
import io.windlass.engine.pipeline.PipelineReader;
import io.windlass.engine.run.ChildProcessExecutor;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.secret.SecretValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code windlass exec}. */
@Command(
    name = "exec",
    description = {
      "Runs the steps of the windlass.yaml here, in this folder as it is, without a server.",
      "Builds no image and deploys nothing. Steps run with your own rights; secrets are taken from variables of the same names."
    })
final class ExecCommand implements Callable<Integer> {
  private static final int LOG_BYTES = 64 * 1024;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "STEP",
      arity = "0..*",
      description = "Only these steps, and what they need (default: all).")
  private List<String> only = new ArrayList<>();

  @Option(
      names = "--branch",
      defaultValue = "main",
      paramLabel = "NAME",
      description = "The branch that steps are told (default: main).")
  private String branch;

  private final Map<String, Long> shown = new HashMap<>();

  @Override
  public Integer call() throws IOException {
    // What steps print is what people want to see here, and what goes wrong.
    if (LoggerFactory.getLogger("io.windlass") instanceof Logger engine) {
      engine.setLevel(Level.WARN);
    }
    Path file = Path.of(PipelineReader.FILE);
    if (!Files.isRegularFile(file)) {
      throw new IOException(
          "Tried to read '" + file + "' but it is not here; run this in the repository's root");
    }
    PipelineReader.ReadResult read = PipelineReader.read(file.toString(), Files.readAllBytes(file));
    if (read.pipeline().isEmpty()) {
      read.problems().forEach(problem -> spec.commandLine().getErr().println(problem));
      return Main.FAILED;
    }
    Path data = Files.createTempDirectory("windlass-exec-");
    try {
      LocalExec.Task task =
          new LocalExec.Task(
              read.pipeline().get(),
              Path.of("").toAbsolutePath(),
              data,
              "local/exec",
              "refs/heads/" + branch,
              "0".repeat(40),
              only);
      InstantSource clock = InstantSource.system();
      LocalExec exec =
          new LocalExec(new ChildProcessExecutor(clock), (_, name) -> variable(name), clock);
      RunDetail run = exec.run(task, detail -> show(task, detail));
      show(task, run);
      return conclude(run.summary());
    } finally {
      remove(data);
    }
  }

  private Integer conclude(RunSummary run) {
    PrintWriter out = spec.commandLine().getOut();
    boolean passed = run.status() == RunSummary.Status.SUCCEEDED;
    out.println(
        passed
            ? "All steps passed."
            : "The run "
                + run.status().name().toLowerCase(java.util.Locale.ROOT)
                + run.cause().map(cause -> ": " + cause).orElse("")
                + ".");
    return passed ? 0 : Main.FAILED;
  }

  private void show(LocalExec.Task task, RunDetail detail) {
    for (RunDetail.StepView step : detail.steps()) {
      for (var attempt : step.attempts()) {
        print(step.name(), task.log(step.name(), attempt.number()));
      }
    }
  }

  private void print(String step, Path log) {
    if (!Files.exists(log)) {
      return;
    }
    try {
      LogReader reader = new LogReader(log);
      LogPage page = reader.page(shown.getOrDefault(log.toString(), 0L), LOG_BYTES);
      while (!page.text().isEmpty()) {
        page.text()
            .lines()
            .forEach(line -> spec.commandLine().getOut().println(step + " | " + line));
        shown.put(log.toString(), page.next());
        page = reader.page(page.next(), LOG_BYTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Optional<SecretValue> variable(String name) {
    return Optional.ofNullable(System.getenv(name))
        .filter(value -> !value.isEmpty())
        .map(SecretValue::of);
  }

  private static void remove(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }
}
