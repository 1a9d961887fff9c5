package io.windlass.webhooks.dashboard;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.webhooks.api.PlanApi;

/** What a deployment would change, before it is asked for. */
final class PlanPages {
  private final DashboardParts parts;

  PlanPages(DashboardParts parts) {
    this.parts = parts;
  }

  void add(RoutesConfig routes) {
    routes.get("/environments/{owner}/{repository}/{environment}/plan", this::plan);
    routes.get("/environments/{owner}/{repository}/{environment}/drift", this::drift);
  }

  private void drift(Context context) {
    Request request = new Request(context);
    EnvironmentId id = request.environment();
    Pages.answer(
        context,
        Pages.TEMPLATES.drift(
            request.still("Drift of " + id, "Environments"), id, PlanApi.drift(parts.plans(), id)));
  }

  private void plan(Context context) {
    Request request = new Request(context);
    EnvironmentId id = request.environment();
    Pages.answer(
        context,
        Pages.TEMPLATES.plan(
            request.still("Plan of " + id, "Environments"),
            id,
            PlanApi.plan(
                parts.plans(), parts.granted(), id, request.query("ref"), request.query("sha"))));
  }
}
