package io.windlass.webhooks.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.decision.DecisionTable;
import io.windlass.scaler.control.LoggedDecision;
import io.windlass.scaler.control.Mode;
import io.windlass.scaler.control.ScalerLoop;
import io.windlass.scaler.decision.Clamp;
import io.windlass.scaler.decision.Decision;
import io.windlass.scaler.decision.Input;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.policy.Wish;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Fleets: their size and why, the decisions behind it, and series for charts. */
public final class FleetApi {
  private static final int MOST = 500;
  private static final String ONE = "/api/v1/fleets/{owner}/{repository}/{environment}/{process}";

  /** A fleet as the scaler last saw it. */
  public record FleetJson(
      String fleet,
      String environment,
      String process,
      Optional<Mode> mode,
      int wanted,
      int decided,
      int ready,
      int starting,
      Optional<Instant> at,
      Optional<String> sentence,
      Optional<String> problem) {}

  /** A decision as lists show it. */
  public record DecisionJson(
      long sequence,
      Instant first,
      Instant last,
      long evaluations,
      boolean changed,
      int from,
      int to,
      int ready,
      int starting,
      Mode mode,
      LoggedDecision.Outcome outcome,
      String sentence,
      List<Input> inputs,
      List<Wish> wishes,
      List<Clamp> clamps,
      List<String> notes,
      String error) {
    static DecisionJson of(LoggedDecision row) {
      Decision decision = row.decision();
      return new DecisionJson(
          row.sequence(),
          row.first(),
          row.last(),
          row.evaluations(),
          decision.changes(),
          decision.current(),
          decision.result(),
          decision.ready(),
          decision.starting(),
          row.mode(),
          row.outcome(),
          decision.sentence(),
          decision.inputs(),
          decision.wishes(),
          decision.clamps(),
          decision.notes(),
          row.error());
    }
  }

  /**
   * A part of a fleet's decisions; {@code next} is what to pass as {@code before} for the part that
   * follows.
   */
  public record DecisionPage(List<DecisionJson> items, Optional<Long> next) {}

  /** One tick of a fleet's series. */
  public record PointJson(Instant at, int wanted, int ready, int starting, List<Input> inputs) {}

  private final ScalerLoop loop;
  private final DecisionTable decisions;

  public FleetApi(ScalerLoop loop, DecisionTable decisions) {
    this.loop = loop;
    this.decisions = decisions;
  }

  /** Adds the routes. */
  public void add(RoutesConfig routes) {
    routes.get(
        "/api/v1/fleets",
        context -> context.json(new Items<>(loop.bound().stream().map(this::fleet).toList())));
    routes.get(ONE, context -> context.json(fleet(bound(context))));
    routes.get(ONE + "/decisions", this::decisions);
    routes.get(ONE + "/series", this::series);
  }

  private FleetJson fleet(FleetId id) {
    Optional<LoggedDecision> latest = loop.latest(id);
    Optional<Decision> decision = latest.map(LoggedDecision::decision);
    return new FleetJson(
        id.toString(),
        id.environment(),
        id.process(),
        latest.map(LoggedDecision::mode),
        latest.map(FleetApi::wanted).orElse(0),
        decision.map(Decision::result).orElse(0),
        decision.map(Decision::ready).orElse(0),
        decision.map(Decision::starting).orElse(0),
        latest.map(LoggedDecision::last),
        decision.map(Decision::sentence),
        loop.problem(id));
  }

  /** What was only observed was not set. */
  private static int wanted(LoggedDecision row) {
    return row.outcome() == LoggedDecision.Outcome.OBSERVED
        ? row.decision().current()
        : row.decision().result();
  }

  private void decisions(Context context) {
    Asked asked = new Asked(context);
    int limit = asked.limit(MOST);
    boolean changes = asked.query("changes").filter("true"::equals).isPresent();
    List<LoggedDecision> rows =
        decisions.list(
            bound(context), asked.queryNumber("before").orElse(Long.MAX_VALUE), limit, changes);
    Optional<Long> next =
        rows.size() < limit ? Optional.empty() : Optional.of(rows.getLast().sequence());
    context.json(new DecisionPage(rows.stream().map(DecisionJson::of).toList(), next));
  }

  private void series(Context context) {
    context.json(
        new Items<>(
            loop.trail(bound(context)).stream()
                .map(d -> new PointJson(d.at(), d.result(), d.ready(), d.starting(), d.inputs()))
                .toList()));
  }

  private FleetId bound(Context context) {
    FleetId id =
        new FleetId(new Asked(context).environment().toString(), context.pathParam("process"));
    if (!loop.bound().contains(id)) {
      throw Problem.notFound(
          "there is no fleet " + id + "; it is there once something was deployed");
    }
    return id;
  }
}
