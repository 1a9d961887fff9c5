package io.windlass.engine.rollout;

import io.windlass.engine.journal.Database;
import io.windlass.engine.release.EnvironmentId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Which target each environment was brought to. The operator may bind an environment to another
 * target at any time; what was brought to the first one still runs there. Thread-safe.
 */
public final class Places {
  private final Database database;

  public Places(Database database) {
    this.database = database;
  }

  /** The target's name; empty where nothing was brought anywhere. */
  public Optional<String> of(EnvironmentId environment) {
    return database.read(tx ->
        tx.handle()
            .createQuery("SELECT target FROM environment_place WHERE environment = ?")
            .bind(0, environment.toString())
            .mapTo(String.class)
            .findOne());
  }

  /** All of them, by environment. */
  public Map<EnvironmentId, String> all() {
    return database.read(tx ->
        tx.handle()
            .createQuery("SELECT environment, target FROM environment_place")
            .reduceRows(
                new HashMap<>(),
                (all, row) -> {
                  all.put(
                      EnvironmentId.parse(row.getColumn("environment", String.class)),
                      row.getColumn("target", String.class));
                  return all;
                }));
  }

  /** A release of the environment is brought to this target. */
  public void put(EnvironmentId environment, String target) {
    database.run(tx ->
        tx.handle()
            .execute(
                "INSERT INTO environment_place (environment, target) VALUES (?, ?)"
                    + " ON CONFLICT (environment) DO UPDATE SET target = excluded.target",
                environment.toString(),
                target));
  }

  /** Nothing of the environment is left anywhere. */
  public void remove(EnvironmentId environment) {
    database.run(tx ->
        tx.handle()
            .execute(
                "DELETE FROM environment_place WHERE environment = ?", environment.toString()));
  }
}
