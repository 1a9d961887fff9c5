package io.windlass.webhooks.dashboard;

import io.javalin.config.RoutesConfig;

/**
 * All pages. They expect the gate before them, which lets in who is logged in and refuses forms
 * that come from elsewhere.
 */
public final class DashboardRoutes {
  private final DashboardParts parts;

  public DashboardRoutes(DashboardParts parts) {
    this.parts = parts;
  }

  /** Adds the pages; {@link StaticRoutes} adds what they load. */
  public void add(RoutesConfig routes) {
    new OverviewPage(parts).add(routes);
    new RunPages(parts).add(routes);
    new EnvironmentPages(parts).add(routes);
    new PlanPages(parts).add(routes);
    new FleetPages(parts).add(routes);
    new RepositoryPages(parts).add(routes);
    new DeliveryPages(parts).add(routes);
  }
}
