package io.windlass.engine.decision;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.StoredForm;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.scaler.policy.Scaling;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Which policy sizes which fleet, kept so that a restart binds the same ones again before anything
 * is decided.
 */
public final class FleetBindings {
  /**
   * A fleet's policy.
   *
   * @param max the operator's limit, which the policy cannot lift
   */
  public record Bound(
      EnvironmentId environment, String process, Scaling scaling, Optional<Integer> max) {}

  private final Database database;

  public FleetBindings(Database database) {
    this.database = database;
  }

  /** Replaces all policies of an environment. */
  public void replace(
      EnvironmentId environment, Map<String, Scaling> scaling, Optional<Integer> max) {
    database.run(tx -> {
      tx.handle()
          .execute("DELETE FROM fleet_binding WHERE environment = ?", environment.toString());
      scaling.forEach((process, policy) ->
          tx.handle()
              .execute(
                  "INSERT INTO fleet_binding (environment, process, max, scaling) VALUES (?, ?, ?, ?)",
                  environment.toString(),
                  process,
                  max.orElse(0),
                  StoredForm.write(Scaling.class, policy)));
    });
  }

  /** All policies, by environment and process. */
  public List<Bound> all() {
    return database.read(tx ->
        tx.handle()
            .createQuery(
                "SELECT environment, process, max, scaling FROM fleet_binding ORDER BY environment, process")
            .map((rs, _) ->
                new Bound(
                    EnvironmentId.parse(rs.getString("environment")),
                    rs.getString("process"),
                    StoredForm.read(Scaling.class, rs.getString("scaling")),
                    Optional.of(rs.getInt("max")).filter(most -> most > 0)))
            .list());
  }
}
