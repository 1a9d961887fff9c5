package io.windlass.webhooks.api;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.git.GitException;
import io.windlass.engine.plan.Plan;
import io.windlass.engine.plan.Plans;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.source.Ref;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/** What a deployment would change. */
public final class PlanApi {
  private static final Pattern SHA = Pattern.compile("[0-9a-f]{40}");

  private final Plans plans;
  private final Predicate<EnvironmentId> granted;

  /**
   * Makes the route.
   *
   * @param granted whether the operator's file has the environment
   */
  public PlanApi(Plans plans, Predicate<EnvironmentId> granted) {
    this.plans = plans;
    this.granted = granted;
  }

  /** Adds the route. */
  public void add(RoutesConfig routes) {
    routes.get("/api/v1/environments/{owner}/{repository}/{environment}/plan", this::plan);
    routes.get("/api/v1/environments/{owner}/{repository}/{environment}/drift", this::drift);
  }

  private void plan(Context context) {
    Asked asked = new Asked(context);
    context.json(plan(plans, granted, asked.environment(), asked.query("ref"), asked.query("sha")));
  }

  private void drift(Context context) {
    context.json(drift(plans, new Asked(context).environment()));
  }

  /**
   * What differs at its target from the release that serves an environment.
   *
   * @throws Problem where that cannot be told
   */
  public static Plans.Drift.Found drift(Plans plans, EnvironmentId environment) {
    try {
      return switch (plans.drift(environment)) {
        case Plans.Drift.Found found -> found;
        case Plans.Drift.Unknown(var reason) -> throw Problem.conflict(reason);
      };
    } catch (RolloutException e) {
      throw Problem.unavailable(String.valueOf(e.getMessage()));
    }
  }

  /**
   * The plan that a program or a page asks for.
   *
   * @param ref full or short name of a branch, or full name of a tag
   * @throws Problem where there is none
   */
  public static Plan plan(
      Plans plans,
      Predicate<EnvironmentId> granted,
      EnvironmentId environment,
      Optional<String> ref,
      Optional<String> sha) {
    if (!granted.test(environment)) {
      throw Problem.notFound("the server's file has no environment " + environment);
    }
    sha.filter(id -> !SHA.matcher(id).matches())
        .ifPresent(id -> {
          throw Problem.badRequest(
              "sha is '"
                  + id
                  + "'; expected the commit's id in full, 40 hexadecimal digits in lower case");
        });
    try {
      return switch (plans.plan(environment, ref.map(PlanApi::full), sha)) {
        case Plans.Answer.Planned(var plan) -> plan;
        case Plans.Answer.Impossible(var reason) -> throw Problem.conflict(reason);
      };
    } catch (GitException | RolloutException e) {
      throw Problem.unavailable(String.valueOf(e.getMessage()));
    }
  }

  private static String full(String ref) {
    String name = ref.startsWith("refs/") ? ref : "refs/heads/" + ref;
    return Ref.parse(name)
        .map(Ref::name)
        .orElseThrow(() ->
            Problem.badRequest(
                "ref is '" + ref + "'; expected a branch such as main, or refs/tags/v1"));
  }
}
