package io.windlass.webhooks.api;

import io.javalin.config.RoutesConfig;
import io.windlass.webhooks.delivery.Deliveries;

/** Deliveries with their fate and the reason. */
public final class DeliveryApi {
  private final Deliveries deliveries;

  public DeliveryApi(Deliveries deliveries) {
    this.deliveries = deliveries;
  }

  /** Adds the routes. */
  public void add(RoutesConfig routes) {
    routes.get(
        "/api/v1/deliveries",
        context -> {
          Asked asked = new Asked(context);
          context.json(
              deliveries.list(
                  asked.query("repository"), asked.query("before"), asked.limit(Deliveries.PAGE)));
        });
    routes.get(
        "/api/v1/deliveries/{id}",
        context ->
            context.json(
                deliveries
                    .find(context.pathParam("id"))
                    .orElseThrow(() ->
                        Problem.notFound(
                            "there is no delivery '" + context.pathParam("id") + "'"))));
  }
}
