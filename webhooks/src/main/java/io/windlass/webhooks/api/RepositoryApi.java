package io.windlass.webhooks.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.repository.Repositories;
import io.windlass.engine.secret.SecretScope;
import io.windlass.engine.secret.SecretStore;
import io.windlass.engine.secret.SecretValue;
import io.windlass.engine.source.RepositoryName;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Repositories: which are served, what was decided about their refs, runs by hand, and their
 * secrets by name.
 */
public final class RepositoryApi {
  private static final String ONE = "/api/v1/repositories/{owner}/{repository}";
  private static final int MOST = 200;

  private final Supplier<Collection<RepositoryName>> served;
  private final Repositories repositories;
  private final SecretStore secrets;

  /**
   * Makes the routes.
   *
   * @param served the repositories of the server's file, as it stands
   */
  public RepositoryApi(
      Supplier<Collection<RepositoryName>> served, Repositories repositories, SecretStore secrets) {
    this.served = served;
    this.repositories = repositories;
    this.secrets = secrets;
  }

  /** Adds the routes. */
  public void add(RoutesConfig routes) {
    routes.get(
        "/api/v1/repositories",
        context ->
            context.json(
                new Items<>(served.get().stream().map(RepositoryName::toString).toList())));
    routes.get(ONE + "/decisions", this::decisions);
    routes.post(ONE + "/runs", this::run);
    routes.get(ONE + "/secrets", this::secrets);
    routes.put(ONE + "/secrets/{name}", this::setSecret);
    routes.delete(ONE + "/secrets/{name}", this::deleteSecret);
  }

  private void decisions(Context context) {
    Asked asked = new Asked(context);
    context.json(
        new Items<>(
            repositories.decisions(known(asked), asked.queryNumber("before"), asked.limit(MOST))));
  }

  private void run(Context context) {
    Asked asked = new Asked(context);
    JsonNode body = asked.body(Set.of("ref", "sha"));
    repositories.run(known(asked), text(body, "ref"), text(body, "sha"), Optional.empty(), "api");
    context.status(202).json(new Message("A run was asked for."));
  }

  private void secrets(Context context) {
    context.json(new Items<>(secrets.list(known(new Asked(context)).toString())));
  }

  private void setSecret(Context context) {
    Asked asked = new Asked(context);
    SecretScope scope = scope(asked);
    JsonNode value = asked.body(Set.of("value")).path("value");
    if (!value.isTextual()) {
      throw Problem.badRequest("the body has no 'value'; expected a text");
    }
    try {
      context.json(
          secrets.set(scope, context.pathParam("name"), SecretValue.of(value.asText()), "api"));
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(String.valueOf(e.getMessage()));
    }
  }

  private void deleteSecret(Context context) {
    if (!secrets.delete(scope(new Asked(context)), context.pathParam("name"))) {
      throw Problem.notFound(
          "there is no secret '" + context.pathParam("name") + "' of that scope");
    }
    context.status(204);
  }

  private SecretScope scope(Asked asked) {
    String repository = known(asked).toString();
    return asked
        .query("environment")
        .map(name -> SecretScope.of(repository, name))
        .orElseGet(() -> SecretScope.of(repository));
  }

  private RepositoryName known(Asked asked) {
    RepositoryName name = asked.repository();
    List<RepositoryName> same = served.get().stream().filter(name::sameAs).toList();
    if (same.isEmpty()) {
      throw Problem.notFound(
          "the repository '"
              + name
              + "' is not in the server's file; add it with 'windlass repo add "
              + name
              + "'");
    }
    return same.getFirst();
  }

  private static Optional<String> text(JsonNode body, String name) {
    return body.has(name) ? Optional.of(Asked.text(body, name)) : Optional.empty();
  }
}
