package io.windlass.webhooks.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.repository.Repositories;
import io.windlass.engine.rollout.EndedRollout;
import io.windlass.engine.rollout.Environments;
import io.windlass.engine.rollout.Freeze;
import io.windlass.engine.rollout.Releases;
import io.windlass.engine.rollout.Removal;
import io.windlass.engine.run.RunId;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** Environments: what runs where, deploy, approve, abort, roll back, freeze. */
public final class EnvironmentApi {
  private static final Pattern SHA = Pattern.compile("[0-9a-f]{40}");
  private static final int MOST = 200;
  private static final String ONE = "/api/v1/environments/{owner}/{repository}/{environment}";

  private final Environments environments;
  private final Releases releases;
  private final Repositories repositories;
  private final Predicate<EnvironmentId> granted;

  /**
   * Makes the routes.
   *
   * @param granted whether the operator's file has the environment, also where nothing was deployed
   *     yet
   */
  public EnvironmentApi(
      Environments environments,
      Releases releases,
      Repositories repositories,
      Predicate<EnvironmentId> granted) {
    this.environments = environments;
    this.releases = releases;
    this.repositories = repositories;
    this.granted = granted;
  }

  /** Adds the routes. */
  public void add(RoutesConfig routes) {
    routes.get(
        "/api/v1/environments",
        context ->
            context.json(
                new Items<>(
                    environments.list(new Asked(context).query("repository")).stream()
                        .map(this::shown)
                        .toList())));
    routes.get(ONE, this::one);
    routes.get(ONE + "/releases", this::releases);
    routes.get(ONE + "/rollouts", this::rollouts);
    routes.post(ONE + "/deployments", this::deploy);
    routes.post(ONE + "/rollback", this::rollBack);
    routes.post(ONE + "/rollout/approve", this::approve);
    routes.post(ONE + "/rollout/abort", this::abort);
    routes.put(ONE + "/freeze", this::freeze);
    routes.delete(ONE + "/freeze", this::unfreeze);
    routes.post(ONE + "/removal", this::remove);
  }

  private void one(Context context) {
    EnvironmentId id = new Asked(context).environment();
    context.json(shown(environments.one(id).orElseThrow(() -> missing(id))));
  }

  /**
   * An environment in an answer.
   *
   * @param granted whether the server's file has it; without, what serves goes on serving
   */
  public record EnvironmentJson(
      EnvironmentId id,
      boolean granted,
      Optional<Release> current,
      Optional<Environments.Under> rollout,
      Optional<RunId> waiting,
      Optional<Freeze> freeze,
      Optional<String> degraded,
      Optional<String> scalingProblem,
      Optional<String> leftOver,
      Optional<Removal> removal,
      Optional<EndedRollout> last) {}

  /** A return that was asked for, and the release it goes to. */
  public record RollbackAnswer(long release, String message) {}

  private EnvironmentJson shown(Environments.View view) {
    return new EnvironmentJson(
        view.id(),
        granted.test(view.id()),
        view.current(),
        view.rollout(),
        view.waiting(),
        view.freeze(),
        view.degraded(),
        view.scalingProblem(),
        view.leftOver(),
        view.removal(),
        view.last());
  }

  private void releases(Context context) {
    Asked asked = new Asked(context);
    context.json(
        new Items<>(
            releases.list(asked.environment(), asked.queryNumber("before"), asked.limit(MOST))));
  }

  private void rollouts(Context context) {
    Asked asked = new Asked(context);
    context.json(
        new Items<>(
            environments.rollouts(
                asked.environment(), asked.queryNumber("before"), asked.limit(MOST))));
  }

  private void deploy(Context context) {
    Asked asked = new Asked(context);
    EnvironmentId id = known(asked.environment());
    String sha = Asked.text(asked.body(Set.of("sha")), "sha");
    if (!SHA.matcher(sha).matches()) {
      throw Problem.badRequest(
          "sha is '"
              + sha
              + "'; expected the commit's id in full, 40 hexadecimal digits in lower case");
    }
    repositories.run(
        asked.repository(), Optional.empty(), Optional.of(sha), Optional.of(id.name()), "api");
    context
        .status(202)
        .json(new Message("Commit " + sha + " was asked for in " + id + "; see its run."));
  }

  private void rollBack(Context context) {
    Asked asked = new Asked(context);
    EnvironmentId id = known(asked.environment());
    JsonNode body = asked.body(Set.of("release", "reason"));
    Optional<Long> release =
        body.has("release")
            ? Optional.of(Asked.number("release", body.path("release").asText()))
            : Optional.empty();
    switch (environments.rollBack(id, release, "api", Asked.text(body, "reason"))) {
      case Environments.Return.Asked(long number) ->
          context
              .status(202)
              .json(
                  new RollbackAnswer(
                      number,
                      id
                          + " returns to release "
                          + number
                          + " and is frozen until somebody lifts it."));
      case Environments.Return.Impossible(String reason) -> throw Problem.conflict(reason);
    }
  }

  private void approve(Context context) {
    Asked asked = new Asked(context);
    EnvironmentId id = known(asked.environment());
    Optional<Environments.Meant> meant =
        context.body().isBlank() ? Optional.empty() : meant(asked.body(Set.of("rollout", "stage")));
    answer(context, environments.approve(id, meant, "api"), "Approved; the rollout goes on.");
  }

  private void abort(Context context) {
    Asked asked = new Asked(context);
    EnvironmentId id = known(asked.environment());
    JsonNode body = asked.body(Set.of("reason", "rollout"));
    String reason = Asked.text(body, "reason");
    answer(
        context,
        environments.abort(id, meant(body), "api", reason),
        "Given up; what served before stays.");
  }

  private static Optional<Environments.Meant> meant(JsonNode body) {
    if (!body.has("rollout")) {
      return Optional.empty();
    }
    Optional<Integer> stage =
        body.has("stage")
            ? Optional.of((int) Asked.number("stage", body.path("stage").asText()))
            : Optional.empty();
    return Optional.of(
        new Environments.Meant(Asked.number("rollout", body.path("rollout").asText()), stage));
  }

  private static void answer(Context context, Environments.Word word, String message) {
    switch (word) {
      case Environments.Word.Told told -> context.status(202).json(new Message(message));
      case Environments.Word.Impossible(String reason) -> throw Problem.conflict(reason);
    }
  }

  private void freeze(Context context) {
    Asked asked = new Asked(context);
    environments.freeze(
        known(asked.environment()), "api", Asked.text(asked.body(Set.of("reason")), "reason"));
    context.status(202).json(new Message("Frozen."));
  }

  private void unfreeze(Context context) {
    environments.unfreeze(known(new Asked(context).environment()), "api");
    context.status(202).json(new Message("No longer frozen."));
  }

  private void remove(Context context) {
    Asked asked = new Asked(context);
    EnvironmentId id = asked.environment();
    JsonNode body = asked.body(Set.of("reason", "confirm"));
    String reason = Asked.text(body, "reason");
    if (!Asked.text(body, "confirm").equals(id.toString())) {
      throw Problem.badRequest("confirm must be the environment's name, '" + id + "'");
    }
    Environments.View view = environments.one(id).orElseThrow(() -> missing(id));
    if (granted.test(id)) {
      throw Problem.conflict(
          "the server's file still grants "
              + id
              + ", and the next commit would bring it back; take it out of the file and let the server read it again first");
    }
    if (view.rollout().isPresent()) {
      throw Problem.conflict(
          "a rollout of " + id + " is under way; wait for its end, then ask again");
    }
    environments.remove(id, "api", reason);
    context
        .status(202)
        .json(new Message(id + " is being removed: its replicas are drained and stopped."));
  }

  private EnvironmentId known(EnvironmentId id) {
    if (!granted.test(id) && environments.one(id).isEmpty()) {
      throw missing(id);
    }
    return id;
  }

  private static Problem missing(EnvironmentId id) {
    return Problem.notFound(
        "there is no environment " + id + ", or nothing was deployed to it yet");
  }
}
