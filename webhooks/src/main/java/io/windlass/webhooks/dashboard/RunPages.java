package io.windlass.webhooks.dashboard;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.log.LogPage;
import io.windlass.engine.log.LogReader;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.run.Runs;
import io.windlass.engine.run.StepState;
import io.windlass.webhooks.api.Problem;
import io.windlass.webhooks.view.Addresses;
import io.windlass.webhooks.view.Frame;
import io.windlass.webhooks.view.LogView;
import io.windlass.webhooks.view.StepGraph;
import io.windlass.webhooks.view.Words;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Runs, one run, and the log of a step. */
final class RunPages {
  private static final String ONE = "/runs/{owner}/{repository}/{number}";
  private static final int LISTED = 50;
  private static final int LOG_BYTES = 64 * 1024;
  private static final int LOG_LINES = 500;

  private final DashboardParts parts;

  RunPages(DashboardParts parts) {
    this.parts = parts;
  }

  void add(RoutesConfig routes) {
    routes.get("/runs", this::list);
    routes.get(ONE, this::one);
    routes.post(ONE + "/cancel", this::cancel);
    routes.get(ONE + "/steps/{step}", this::step);
  }

  private void list(Context context) {
    Request request = new Request(context);
    Optional<RunSummary.Status> status = request.query("status").flatMap(RunPages::status);
    Optional<String> branch = request.query("branch");
    Runs.Filter filter =
        new Runs.Filter(
            request.query("repository"),
            status,
            branch.map(name -> name.startsWith("refs/") ? name : "refs/heads/" + name),
            request.query("sha"),
            request.queryNumber("before"),
            LISTED + 1);
    Pages.Part<RunSummary> part = Pages.Part.of(parts.runs().list(filter), LISTED);
    boolean moving =
        part.items().stream().anyMatch(run -> run.status() == RunSummary.Status.RUNNING);
    Pages.answer(
        context,
        Pages.TEMPLATES.runs(
            request.frame("Runs", "Runs", moving ? Frame.SOON : Frame.LATER),
            part.items(),
            part.end().map(run -> request.with("before", Long.toString(run.position()))),
            request.query("repository").orElse(""),
            branch.orElse(""),
            status.map(Words::word).orElse(""),
            parts.clock().instant()));
  }

  private static Optional<RunSummary.Status> status(String word) {
    return Arrays.stream(RunSummary.Status.values())
        .filter(status -> Words.word(status).equals(word))
        .findFirst();
  }

  private void one(Context context) {
    Request request = new Request(context);
    RunDetail run = found(request.run());
    Instant now = parts.clock().instant();
    Pages.answer(
        context,
        Pages.TEMPLATES.run(
            request.frame("Run " + run.summary().id(), "Runs", every(run)),
            run,
            StepGraph.of(run.steps(), now),
            now));
  }

  private void cancel(Context context) {
    Request request = new Request(context);
    RunId id = request.run();
    if (!parts.runs().cancel(id, Request.WHO)) {
      throw missing(id);
    }
    request.done(Addresses.run(id));
  }

  private void step(Context context) throws IOException {
    Request request = new Request(context);
    RunId id = request.run();
    RunDetail run = found(id);
    String name = context.pathParam("step");
    RunDetail.StepView step =
        run.steps().stream()
            .filter(one -> one.name().equals(name))
            .findFirst()
            .orElseThrow(() -> Problem.notFound("run " + id + " has no step '" + name + "'"));
    Pages.answer(
        context,
        Pages.TEMPLATES.step(
            request.frame("Step " + name + " of run " + id, "Runs", every(run)),
            id,
            step,
            log(request, id, step),
            parts.clock().instant()));
  }

  /** The part of the log that is asked for, or its end; empty before the first attempt. */
  private Optional<LogView> log(Request request, RunId run, RunDetail.StepView step)
      throws IOException {
    List<StepState.Attempt> attempts = step.attempts();
    if (attempts.isEmpty()) {
      return Optional.empty();
    }
    int attempt =
        Math.clamp(
            request.queryNumber("attempt").orElse((long) attempts.size()), 1, attempts.size());
    Optional<Path> file = parts.runs().log(run, step.name(), attempt);
    if (file.isEmpty()) {
      return Optional.empty();
    }
    LogReader reader = new LogReader(file.get());
    Optional<Long> from = request.queryNumber("from");
    LogPage page =
        from.isPresent() ? reader.page(from.get(), LOG_BYTES) : reader.tail(LOG_LINES, LOG_BYTES);
    boolean growing = attempts.get(attempt - 1).endedAt().isEmpty() && !step.status().ended();
    return Optional.of(LogView.of(run, step.name(), attempt, page, growing, LOG_BYTES));
  }

  private static int every(RunDetail run) {
    return run.summary().status() == RunSummary.Status.RUNNING ? Frame.SOON : Frame.NEVER;
  }

  private RunDetail found(RunId id) {
    return parts.runs().one(id).orElseThrow(() -> missing(id));
  }

  private static Problem missing(RunId id) {
    return Problem.notFound("there is no run " + id);
  }
}
