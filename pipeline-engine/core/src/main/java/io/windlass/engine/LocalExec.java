package io.windlass.engine;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.notification.AlertMachine;
import io.windlass.engine.notification.AlertPerformer;
import io.windlass.engine.notification.Links;
import io.windlass.engine.notification.StatusMachine;
import io.windlass.engine.notification.StatusPerformer;
import io.windlass.engine.pipeline.Pipeline;
import io.windlass.engine.repository.Ask;
import io.windlass.engine.repository.Planner;
import io.windlass.engine.rollout.EnvironmentMachine;
import io.windlass.engine.run.EnvironmentGrants;
import io.windlass.engine.run.InPlaceWorkspaces;
import io.windlass.engine.run.ManifestRenderer;
import io.windlass.engine.run.Previews;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunEvent;
import io.windlass.engine.run.RunFiles;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunLimits;
import io.windlass.engine.run.RunMachine;
import io.windlass.engine.run.RunPerformer;
import io.windlass.engine.run.RunPlan;
import io.windlass.engine.run.RunPlan.PlannedStep;
import io.windlass.engine.run.RunProjection;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.run.RunTrigger;
import io.windlass.engine.run.Runs;
import io.windlass.engine.run.StepExecutor;
import io.windlass.engine.run.StepSecrets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Runs a pipeline's steps where a developer stands: by the machine that the server runs them by, on
 * a database of its own, and without a server. Builds no image and deploys nothing.
 */
public final class LocalExec {
  private static final Duration LOOK = Duration.ofMillis(50);

  private final StepExecutor executor;
  private final StepSecrets secrets;
  private final InstantSource clock;

  public LocalExec(StepExecutor executor, StepSecrets secrets, InstantSource clock) {
    this.executor = executor;
    this.secrets = secrets;
    this.clock = clock;
  }

  /**
   * What to run.
   *
   * @param workspace the directory that steps work in, as it is
   * @param data a directory of its own for the database and the logs, removed by the caller
   * @param repository what steps are told: {@code owner/name}
   * @param ref what steps are told: {@code refs/heads/main}
   * @param sha what steps are told
   * @param only the steps to run, with all that they need; empty for all
   */
  public record Task(
      Pipeline pipeline,
      Path workspace,
      Path data,
      String repository,
      String ref,
      String sha,
      List<String> only) {
    /** Where the log of an attempt is. */
    public Path log(String step, int attempt) {
      return new RunFiles(data).log(run(), step, attempt);
    }

    RunId run() {
      return new RunId(repository, 1);
    }
  }

  /**
   * Runs the steps and returns when the run has ended. Interrupting cancels it, waits until its
   * steps are gone, and returns how it ended.
   *
   * @param changed hears each new state, the last one too
   */
  public RunDetail run(Task task, Consumer<RunDetail> changed) {
    var files = new RunFiles(task.data());
    try (Database database = Database.open(DatabaseSettings.in(task.data()));
        Journal journal = new Journal(database, clock)) {
      register(journal, task, files);
      journal.start();
      var runs = new Runs(database, journal, files);
      String who = System.getProperty("user.name", "somebody");
      var trigger =
          new RunTrigger(
              RunTrigger.Kind.MANUAL,
              task.ref(),
              task.sha(),
              "windlass exec",
              who,
              Optional.empty(),
              "asked by " + who,
              clock.instant());
      journal.tell(
          RunMachine.subject(task.run()), new RunEvent.Begin(trigger, plan(task)), "begin");
      return follow(runs, task.run(), changed);
    }
  }

  private void register(Journal journal, Task task, RunFiles files) {
    EnvironmentGrants nothing =
        question -> new EnvironmentGrants.Grant.Refused("windlass exec deploys nothing");
    journal.register(
        new RunMachine(EnvironmentMachine.deployments(), new Links(Optional.empty())),
        new RunPerformer(
            new InPlaceWorkspaces(task.workspace()),
            executor,
            secrets,
            (plan, name, commit) -> {
              throw ImageException.badPlan(
                  "build an image", "windlass exec builds none", "deliver the commit to a server");
            },
            (repository, image, use) -> Optional.empty(),
            nothing,
            ManifestRenderer.NONE,
            Previews.NONE,
            files,
            RunLimits.DEFAULT),
        new RunProjection());
    journal.register(new StatusMachine(), new StatusPerformer(name -> Optional.empty()));
    journal.register(new AlertMachine(), new AlertPerformer(List::of));
  }

  private static RunPlan plan(Task task) {
    var ask =
        new Ask(
            1,
            RunTrigger.Kind.MANUAL,
            task.ref(),
            task.ref(),
            Optional.of(task.sha()),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            "",
            "",
            "");
    Map<String, PlannedStep> all =
        Planner.plan(task.pipeline(), ask, task.run(), task.sha()).steps();
    Map<String, PlannedStep> wanted = new LinkedHashMap<>();
    (task.only().isEmpty() ? all.keySet() : task.only()).forEach(name -> add(name, all, wanted));
    return new RunPlan(wanted, Optional.empty(), List.of());
  }

  private static void add(
      String name, Map<String, PlannedStep> all, Map<String, PlannedStep> wanted) {
    PlannedStep step = all.get(name);
    if (step == null) {
      throw new IllegalArgumentException(
          "Tried to run step \""
              + name
              + "\" but the file has none of that name; it has: "
              + String.join(", ", all.keySet()));
    }
    step.needs().forEach(need -> add(need, all, wanted));
    wanted.put(name, step);
  }

  private static RunDetail follow(Runs runs, RunId run, Consumer<RunDetail> changed) {
    Optional<RunDetail> last = Optional.empty();
    boolean interrupted = false;
    while (true) {
      RunDetail now = runs.one(run).orElseThrow();
      if (!last.equals(Optional.of(now))) {
        changed.accept(now);
        last = Optional.of(now);
      }
      if (now.summary().status() != RunSummary.Status.RUNNING) {
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
        return now;
      }
      try {
        Thread.sleep(LOOK);
      } catch (InterruptedException e) {
        interrupted = true;
        runs.cancel(run, "interrupt");
      }
    }
  }
}
