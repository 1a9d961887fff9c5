package io.windlass.webhooks.api;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.run.DeploymentState;
import io.windlass.engine.run.ImageState;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.run.RunTrigger;
import io.windlass.engine.run.Runs;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Runs: list, one whole, and cancel. Logs are {@link LogApi}'s. */
public final class RunApi {
  /** A run as lists show it. */
  public record RunJson(
      String repository,
      long number,
      RunTrigger.Kind kind,
      String ref,
      String sha,
      String title,
      String author,
      Optional<Long> pullRequest,
      RunSummary.Status status,
      Optional<String> cause,
      Instant created,
      Optional<Instant> ended) {
    static RunJson of(RunSummary run) {
      return new RunJson(
          run.id().repository(),
          run.id().number(),
          run.kind(),
          run.ref(),
          run.sha(),
          run.title(),
          run.author(),
          run.pullRequest(),
          run.status(),
          run.cause(),
          run.created(),
          run.ended());
    }
  }

  /**
   * A part of the list of runs; {@code next} is what to pass as {@code before} for the part that
   * follows.
   */
  public record RunPage(List<RunJson> items, Optional<Long> next) {}

  /** The whole of one run: what lists show of it, and the rest, in one object. */
  public record RunWhole(
      @JsonUnwrapped RunJson run,
      String askedBy,
      List<RunDetail.StepView> steps,
      Optional<ImageState> image,
      Map<String, DeploymentState> deployments,
      List<String> problems,
      List<RunDetail.Moment> timeline) {
    static RunWhole of(RunDetail detail) {
      return new RunWhole(
          RunJson.of(detail.summary()),
          detail.summary().askedBy(),
          detail.steps(),
          detail.image(),
          detail.deployments(),
          detail.problems(),
          detail.timeline());
    }
  }

  private final Runs runs;

  public RunApi(Runs runs) {
    this.runs = runs;
  }

  /** Adds the routes. */
  public void add(RoutesConfig routes) {
    routes.get("/api/v1/runs", this::list);
    routes.get("/api/v1/runs/{owner}/{repository}/{number}", this::one);
    routes.post("/api/v1/runs/{owner}/{repository}/{number}/cancel", this::cancel);
  }

  private void list(Context context) {
    Asked asked = new Asked(context);
    int limit = asked.limit(Runs.MOST_LISTED - 1);
    Runs.Filter filter =
        new Runs.Filter(
            asked.query("repository"),
            asked.query("status").map(RunApi::status),
            asked.query("branch").map(branch -> "refs/heads/" + branch),
            asked.query("sha"),
            asked.queryNumber("before"),
            limit + 1);
    List<RunSummary> found = runs.list(filter);
    List<RunSummary> shown = found.subList(0, Math.min(limit, found.size()));
    Optional<Long> next =
        found.size() > limit ? Optional.of(shown.getLast().position()) : Optional.empty();
    context.json(new RunPage(shown.stream().map(RunJson::of).toList(), next));
  }

  private void one(Context context) {
    RunId id = new Asked(context).run();
    context.json(RunWhole.of(runs.one(id).orElseThrow(() -> missing(id))));
  }

  private void cancel(Context context) {
    RunId id = new Asked(context).run();
    if (!runs.cancel(id, "api")) {
      throw missing(id);
    }
    context.status(202).json(new Message("Run " + id + " was asked to end."));
  }

  static Problem missing(RunId id) {
    return Problem.notFound("there is no run " + id);
  }

  private static RunSummary.Status status(String word) {
    return Arrays.stream(RunSummary.Status.values())
        .filter(status -> ApiJson.word(status).equals(word.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(() ->
            Problem.badRequest(
                "status is '"
                    + word
                    + "'; expected one of "
                    + String.join(
                        ", ",
                        Arrays.stream(RunSummary.Status.values()).map(ApiJson::word).toList())));
  }
}
