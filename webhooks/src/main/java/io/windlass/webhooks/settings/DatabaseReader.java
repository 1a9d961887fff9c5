package io.windlass.webhooks.settings;

import io.windlass.engine.journal.DatabaseSettings.Store;
import io.windlass.engine.secret.SecretValue;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads {@code database:}: {@code sqlite}, {@code postgresql://user@host/name}, or {@code { url:
 * ..., password: { file: ... } }}.
 */
record DatabaseReader(SecretReader secrets) {

  private static final String FORM = "sqlite or postgresql://user@host:5432/name";

  Store read(Fields root, Path data) {
    var sqlite = new Store.Sqlite(data);
    Optional<Node> node = root.node("database");
    if (node.isEmpty()) {
      return sqlite;
    }
    String path = root.path("database");
    Problems problems = root.problems();
    if (node.get() instanceof Node.Mapping) {
      return Fields.of(node.get(), path, problems).<Store>flatMap(this::postgres).orElse(sqlite);
    }
    Optional<String> text = Values.text(node.get(), path, problems);
    if (text.isEmpty() || text.get().equals("sqlite")) {
      return sqlite;
    }
    return url(text.get(), Optional.empty(), node.get(), path, problems)
        .<Store>map(s -> s)
        .orElse(sqlite);
  }

  private Optional<Store> postgres(Fields f) {
    f.require("url");
    Optional<SecretValue> password = f.value("password", secrets::read);
    Optional<Node> url = f.node("url");
    f.done();
    return url.flatMap(n ->
        Values.text(n, f.path("url"), f.problems())
            .flatMap(t -> url(t, password, n, f.path("url"), f.problems())));
  }

  private static Optional<Store.Postgres> url(
      String text, Optional<SecretValue> password, Node node, String path, Problems problems) {
    Optional<URI> parsed =
        SettingsForms.parse(text)
            .filter(u -> "postgresql".equals(u.getScheme()) && u.getHost() != null)
            .filter(
                u -> u.getPath() != null && u.getPath().length() > 1 && u.getFragment() == null);
    if (parsed.isEmpty()) {
      problems.add(node.at(), path, "no database that is known", FORM);
      return Optional.empty();
    }
    URI url = parsed.get();
    String user = Optional.ofNullable(url.getUserInfo()).orElse("");
    if (user.contains(":") || String.valueOf(url.getQuery()).contains("password")) {
      problems.add(
          node.at(),
          path,
          "a password in the address",
          "{ url: postgresql://user@host/name, password: { file: /path } }");
      return Optional.empty();
    }
    String jdbc =
        "jdbc:postgresql://"
            + url.getHost()
            + (url.getPort() > 0 ? ":" + url.getPort() : "")
            + url.getRawPath()
            + (url.getRawQuery() == null ? "" : "?" + url.getRawQuery());
    return Optional.of(
        new Store.Postgres(jdbc, user, password.map(SecretValue::reveal).orElse("")));
  }
}
