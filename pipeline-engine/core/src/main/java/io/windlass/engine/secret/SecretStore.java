package io.windlass.engine.secret;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.Tx;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The secrets of all repositories, sealed in the database. Every value stays under its version
 * until the secret is deleted. Safe for all threads.
 */
public final class SecretStore {
  /** The largest value, in bytes of UTF-8. */
  public static final int MOST_BYTES = 64 << 10;

  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,127}");
  private static final Duration USE_PRECISION = Duration.ofMinutes(1);

  /**
   * A secret for a whole repository has an empty environment: null is not equal to itself in keys.
   */
  private static final String OF = " WHERE repository = ? AND environment = ? AND name = ?";

  private final Database database;
  private final Sealer sealer;
  private final InstantSource clock;

  public SecretStore(Database database, Sealer sealer, InstantSource clock) {
    this.database = database;
    this.sealer = sealer;
    this.clock = clock;
  }

  /**
   * Sets a secret: a new version, current from now on.
   *
   * @param by who sets it
   * @throws IllegalArgumentException when the name is no name for an environment variable, or the
   *     value is empty or too large
   */
  public SecretInfo set(SecretScope scope, String name, SecretValue value, String by) {
    check(scope, name, value);
    Instant now = clock.instant();
    boolean maskable = value.reveal().strip().length() >= Masker.SHORTEST;
    return database.write(tx -> {
      var version = new SecretVersion(scope, name, lastVersion(tx, scope, name) + 1);
      Sealer.Sealed sealed = sealer.seal(value, context(version));
      tx.handle()
          .execute(
              "INSERT INTO secret (repository, environment, name, version, key_id, sealed, maskable, set_at, set_by)"
                  + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
              scope.repository(),
              environment(scope),
              name,
              version.version(),
              sealed.keyId(),
              sealed.text(),
              maskable ? 1 : 0,
              now,
              by);
      tx.handle()
          .execute(
              "INSERT INTO secret_counter (repository, environment, name, last_version) VALUES (?, ?, ?, ?)"
                  + " ON CONFLICT (repository, environment, name) DO UPDATE SET last_version = excluded.last_version",
              scope.repository(),
              environment(scope),
              name,
              version.version());
      return new SecretInfo(version, now, by, Optional.empty(), maskable);
    });
  }

  private static void check(SecretScope scope, String name, SecretValue value) {
    String begin = "Tried to set the secret '" + name + "' of '" + scope + "' but ";
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          begin + "it is no name; use letters, digits and _, at most 128, and no digit first");
    }
    int bytes = value.reveal().getBytes(StandardCharsets.UTF_8).length;
    if (bytes == 0 || bytes > MOST_BYTES) {
      throw new IllegalArgumentException(
          begin + "its value has " + bytes + " bytes; it must have between 1 and " + MOST_BYTES);
    }
    if (value.reveal().indexOf('\0') >= 0) {
      throw new IllegalArgumentException(
          begin + "its value holds a zero byte, which no environment variable can");
    }
  }

  /** Versions are never given twice, also when a secret was deleted and set again. */
  private static long lastVersion(Tx tx, SecretScope scope, String name) {
    return tx.handle()
        .select(
            "SELECT last_version FROM secret_counter" + OF,
            scope.repository(),
            environment(scope),
            name)
        .mapTo(Long.class)
        .findOne()
        .orElse(0L);
  }

  /**
   * The version that counts now for an environment (its own, else the repository's), or for the
   * steps when none is given.
   */
  public Optional<SecretVersion> current(SecretScope scope, String name) {
    return database.read(tx ->
        latest(tx, scope, name).or(() -> latest(tx, SecretScope.of(scope.repository()), name)));
  }

  private static Optional<SecretVersion> latest(Tx tx, SecretScope scope, String name) {
    return tx.handle()
        .select(
            "SELECT version FROM secret" + OF + " ORDER BY version DESC LIMIT 1",
            scope.repository(),
            environment(scope),
            name)
        .mapTo(Long.class)
        .findOne()
        .map(version -> new SecretVersion(scope, name, version));
  }

  /**
   * The value of a version, and a note of the use.
   *
   * @return empty when the secret has been deleted
   * @throws SecretException when it cannot be opened
   */
  public Optional<SecretValue> value(SecretVersion version) {
    SecretScope scope = version.scope();
    Optional<Stored> stored =
        database.read(tx ->
            tx.handle()
                .select(
                    "SELECT key_id, sealed, used_at FROM secret" + OF + " AND version = ?",
                    scope.repository(),
                    environment(scope),
                    version.name(),
                    version.version())
                .map((rows, _) -> stored(rows))
                .findOne());
    stored.ifPresent(found -> noteUse(version, found));
    return stored.map(found -> sealer.open(found.sealed(), context(version)));
  }

  private record Stored(Sealer.Sealed sealed, Instant used) {}

  private static Stored stored(ResultSet rows) throws SQLException {
    return new Stored(
        new Sealer.Sealed(rows.getString("key_id"), rows.getString("sealed")),
        Instant.ofEpochMilli(rows.getLong("used_at")));
  }

  private void noteUse(SecretVersion version, Stored stored) {
    Instant now = clock.instant();
    if (stored.used().plus(USE_PRECISION).isBefore(now)) {
      SecretScope scope = version.scope();
      database.run(tx ->
          tx.handle()
              .execute(
                  "UPDATE secret SET used_at = ?" + OF + " AND version = ?",
                  now,
                  scope.repository(),
                  environment(scope),
                  version.name(),
                  version.version()));
    }
  }

  /** The secrets of a repository and its environments, by name, without values. */
  public List<SecretInfo> list(String repository) {
    return database.read(tx ->
        tx.handle()
            .select(
                "SELECT environment, name, version, set_at, set_by, maskable, (SELECT MAX(u.used_at) FROM secret u WHERE"
                    + " u.repository = s.repository AND u.environment = s.environment AND u.name = s.name) AS used"
                    + " FROM secret s WHERE repository = ? AND version = (SELECT MAX(v.version) FROM secret v WHERE"
                    + " v.repository = s.repository AND v.environment = s.environment AND v.name = s.name)"
                    + " ORDER BY name, environment",
                repository)
            .map((rows, _) -> info(repository, rows))
            .list());
  }

  private static SecretInfo info(String repository, ResultSet rows) throws SQLException {
    var scope =
        new SecretScope(
            repository, Optional.of(rows.getString("environment")).filter(name -> !name.isEmpty()));
    long used = rows.getLong("used");
    return new SecretInfo(
        new SecretVersion(scope, rows.getString("name"), rows.getLong("version")),
        Instant.ofEpochMilli(rows.getLong("set_at")),
        rows.getString("set_by"),
        used == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(used)),
        rows.getInt("maskable") == 1);
  }

  /**
   * Forgets a secret with all its versions; releases that hold one can be started no more. False
   * when there was none.
   */
  public boolean delete(SecretScope scope, String name) {
    return database.write(tx ->
        tx.handle().execute("DELETE FROM secret" + OF, scope.repository(), environment(scope), name)
            > 0);
  }

  private static String environment(SecretScope scope) {
    return scope.environment().orElse("");
  }

  /** Unmistakable: no two versions have the same, whatever their names are made of. */
  private static String context(SecretVersion version) {
    String repository = version.scope().repository();
    String environment = environment(version.scope());
    return "windlass secret "
        + repository.length()
        + ":"
        + repository
        + " "
        + environment.length()
        + ":"
        + environment
        + " "
        + version.name()
        + " version "
        + version.version();
  }
}
