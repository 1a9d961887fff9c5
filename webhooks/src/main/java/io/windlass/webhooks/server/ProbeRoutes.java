package io.windlass.webhooks.server;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseException;
import java.util.Optional;
import java.util.function.LongSupplier;

/** {@code /livez}, {@code /readyz} and {@code /metrics}. */
final class ProbeRoutes {
  /** Below it the next deliveries are about to be refused. */
  private static final long LEAST_FREE_BYTES = 8L << 20;

  /**
   * Whether deliveries are accepted.
   *
   * @param reason what is in the way
   */
  record Ready(boolean ready, Optional<String> reason) {}

  private final Database database;
  private final LongSupplier freeBytes;
  private final Metrics metrics;

  /**
   * @param freeBytes how much the server may still write to its data directory
   */
  ProbeRoutes(Database database, LongSupplier freeBytes, Metrics metrics) {
    this.database = database;
    this.freeBytes = freeBytes;
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
    Optional<String> obstacle = obstacle();
    context.status(obstacle.isEmpty() ? 200 : 503).json(new Ready(obstacle.isEmpty(), obstacle));
  }

  /** What keeps the server from accepting deliveries. */
  private Optional<String> obstacle() {
    try {
      database.read(tx -> tx.handle().createQuery("SELECT 1").mapTo(Integer.class).one());
      long free = freeBytes.getAsLong();
      return free < LEAST_FREE_BYTES
          ? Optional.of(
              "the disk of the data directory is full: %d MiB are free, and %d are needed"
                  .formatted(free >> 20, LEAST_FREE_BYTES >> 20))
          : Optional.empty();
    } catch (DatabaseException e) {
      return Optional.of("the database does not answer");
    }
  }
}
