package io.windlass.webhooks.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseException;
import java.util.Map;

/** {@code /livez}, {@code /readyz} and {@code /metrics}. */
final class ProbeRoutes {
  private final Database database;
  private final Metrics metrics;

  ProbeRoutes(Database database, Metrics metrics) {
    this.database = database;
    this.metrics = metrics;
  }

  void add(RoutesConfig routes) {
    routes.get("/livez", context -> context.result("alive\n"));
    routes.get("/readyz", this::ready);
    routes.get(
        "/metrics",
        context ->
            context
                .contentType("text/plain; version=0.0.4; charset=utf-8")
                .result(metrics.scrape()));
  }

  private void ready(Context context) {
    try {
      database.read(tx -> tx.handle().createQuery("SELECT 1").mapTo(Integer.class).one());
      context.json(Map.of("ready", true));
    } catch (DatabaseException e) {
      context.status(503).json(Map.of("ready", false, "reason", "the database does not answer"));
    }
  }
}
