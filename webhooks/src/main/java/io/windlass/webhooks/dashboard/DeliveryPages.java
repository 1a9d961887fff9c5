package io.windlass.webhooks.dashboard;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.webhooks.delivery.Deliveries;
import io.windlass.webhooks.view.Frame;

/** Deliveries with their fate and the reason. */
final class DeliveryPages {
  private static final int LISTED = 50;

  private final DashboardParts parts;

  DeliveryPages(DashboardParts parts) {
    this.parts = parts;
  }

  void add(RoutesConfig routes) {
    routes.get("/deliveries", this::list);
  }

  private void list(Context context) {
    Request request = new Request(context);
    Deliveries.Page page =
        parts.deliveries().list(request.query("repository"), request.query("before"), LISTED);
    Pages.answer(
        context,
        Pages.TEMPLATES.deliveries(
            request.frame("Deliveries", "Deliveries", Frame.LATER),
            page.items(),
            page.next().map(cursor -> request.with("before", cursor)),
            request.query("repository").orElse(""),
            parts.clock().instant()));
  }
}
