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

  /** The place; empty where nothing was brought anywhere. */
  public Optional<Place> of(EnvironmentId environment) {
    return database.read(tx ->
        tx.handle()
            .createQuery("SELECT target, part FROM environment_place WHERE environment = ?")
            .bind(0, environment.toString())
            .map((row, _) -> new Place(row.getString("target"), row.getString("part")))
            .findOne());
  }

  /** All of them, by environment. */
  public Map<EnvironmentId, Place> all() {
    return database.read(tx ->
        tx.handle()
            .createQuery("SELECT environment, target, part FROM environment_place")
            .reduceRows(
                new HashMap<>(),
                (all, row) -> {
                  all.put(
                      EnvironmentId.parse(row.getColumn("environment", String.class)),
                      new Place(
                          row.getColumn("target", String.class),
                          row.getColumn("part", String.class)));
                  return all;
                }));
  }

  /** A release of the environment is brought there. */
  public void put(EnvironmentId environment, Place place) {
    database.run(tx ->
        tx.handle()
            .execute(
                "INSERT INTO environment_place (environment, target, part) VALUES (?, ?, ?)"
                    + " ON CONFLICT (environment) DO UPDATE SET target = excluded.target, part = excluded.part",
                environment.toString(),
                place.target(),
                place.part()));
  }

  /** Nothing of the environment is left anywhere. */
  public void remove(EnvironmentId environment) {
    database.run(tx ->
        tx.handle()
            .execute(
                "DELETE FROM environment_place WHERE environment = ?", environment.toString()));
  }
}
