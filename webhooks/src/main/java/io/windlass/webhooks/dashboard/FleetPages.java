package io.windlass.webhooks.dashboard;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.scaler.control.LoggedDecision;
import io.windlass.scaler.control.ScalerLoop;
import io.windlass.scaler.decision.Decision;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.policy.Scaling;
import io.windlass.webhooks.api.Problem;
import io.windlass.webhooks.view.Fact;
import io.windlass.webhooks.view.FleetView;
import io.windlass.webhooks.view.Frame;
import io.windlass.webhooks.view.SignalView;
import java.util.List;
import java.util.Optional;

/** Fleets: their size now and before, what they are measured by, and every decision. */
final class FleetPages {
  private static final int DECISIONS = 30;
  private static final int CHARTS_EVERY = 5;

  private final DashboardParts parts;

  FleetPages(DashboardParts parts) {
    this.parts = parts;
  }

  void add(RoutesConfig routes) {
    routes.get("/fleets", this::list);
    routes.get("/fleets/{owner}/{repository}/{environment}/{process}", this::one);
  }

  /** Every fleet under the scaler, in order. */
  static List<FleetView> all(ScalerLoop scaler) {
    return scaler.bound().stream()
        .map(id -> FleetView.of(id, scaler.latest(id), scaler.problem(id)))
        .toList();
  }

  private void list(Context context) {
    List<FleetView> fleets = all(parts.scaler());
    boolean moving = fleets.stream().anyMatch(FleetView::moving);
    Pages.answer(
        context,
        Pages.TEMPLATES.fleets(
            new Request(context).frame("Fleets", "Fleets", moving ? Frame.SOON : Frame.LATER),
            fleets,
            parts.clock().instant()));
  }

  private void one(Context context) {
    Request request = new Request(context);
    FleetId id = request.fleet();
    if (!parts.scaler().bound().contains(id)) {
      throw Problem.notFound(
          "there is no fleet " + id + "; it is there once something was deployed");
    }
    Optional<Scaling> policy = parts.policies().apply(id);
    List<Decision> trail = parts.scaler().trail(id);
    boolean changesOnly = request.query("changes").filter("true"::equals).isPresent();
    Pages.Part<LoggedDecision> rows =
        Pages.Part.of(
            parts
                .decisions()
                .list(
                    id,
                    request.queryNumber("before").orElse(Long.MAX_VALUE),
                    DECISIONS + 1,
                    changesOnly),
            DECISIONS);
    FleetView fleet = FleetView.of(id, parts.scaler().latest(id), parts.scaler().problem(id));
    Pages.answer(
        context,
        Pages.TEMPLATES.fleet(
            request.frame("Fleet " + id, "Fleets", fleet.moving() ? Frame.SOON : CHARTS_EVERY),
            fleet,
            EnvironmentId.parse(id.environment()),
            SignalView.sizes(trail),
            policy.map(Scaling::policies).orElse(List.of()).stream()
                .map(one -> SignalView.of(one, trail))
                .toList(),
            policy.map(Fact::of).orElse(List.of()),
            rows.items(),
            rows.end()
                .map(row -> request.with("before", Long.toString(row.sequence())) + "#decisions"),
            changesOnly,
            parts.clock().instant()));
  }
}
