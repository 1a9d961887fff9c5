package io.windlass.webhooks.dashboard;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.Environments;
import io.windlass.webhooks.api.Problem;
import io.windlass.webhooks.view.Addresses;
import io.windlass.webhooks.view.FleetView;
import io.windlass.webhooks.view.Frame;
import java.util.List;
import java.util.Optional;

/** Environments: what serves, what moves, and a person's freeze and return. */
final class EnvironmentPages {
  private static final String ONE = "/environments/{owner}/{repository}/{environment}";
  private static final int RELEASES = 25;
  private static final int ROLLOUTS = 15;

  private final DashboardParts parts;

  EnvironmentPages(DashboardParts parts) {
    this.parts = parts;
  }

  void add(RoutesConfig routes) {
    routes.get("/environments", this::list);
    routes.get(ONE, this::one);
    routes.post(ONE + "/freeze", this::freeze);
    routes.post(ONE + "/unfreeze", this::unfreeze);
    routes.post(ONE + "/rollback", this::rollBack);
    routes.post(ONE + "/rollout/approve", this::approve);
    routes.post(ONE + "/rollout/abort", this::abort);
  }

  private void list(Context context) {
    Request request = new Request(context);
    List<Environments.View> environments = parts.environments().list(request.query("repository"));
    boolean moving = environments.stream().anyMatch(one -> one.rollout().isPresent());
    Pages.answer(
        context,
        Pages.TEMPLATES.environments(
            request.frame("Environments", "Environments", moving ? Frame.SOON : Frame.LATER),
            environments,
            parts.granted(),
            parts.clock().instant()));
  }

  private void one(Context context) {
    Request request = new Request(context);
    EnvironmentId id = known(request.environment());
    Optional<Environments.View> view = parts.environments().one(id);
    List<FleetView> fleets =
        FleetPages.all(parts.scaler()).stream()
            .filter(fleet -> fleet.id().environment().equals(id.toString()))
            .toList();
    boolean moving =
        view.flatMap(Environments.View::rollout).isPresent()
            || fleets.stream().anyMatch(FleetView::moving);
    Pages.answer(
        context,
        Pages.TEMPLATES.environment(
            request.frame(id.toString(), "Environments", moving ? Frame.SOON : Frame.LATER),
            id,
            view,
            parts.granted().test(id),
            fleets,
            parts.releases().list(id, Optional.empty(), RELEASES),
            parts.environments().rollouts(id, Optional.empty(), ROLLOUTS),
            parts.clock().instant()));
  }

  private void freeze(Context context) {
    Request request = new Request(context);
    EnvironmentId id = known(request.environment());
    parts.environments().freeze(id, Request.WHO, request.reason());
    request.done(Addresses.environment(id));
  }

  private void unfreeze(Context context) {
    Request request = new Request(context);
    EnvironmentId id = known(request.environment());
    parts.environments().unfreeze(id, Request.WHO);
    request.done(Addresses.environment(id));
  }

  private void rollBack(Context context) {
    Request request = new Request(context);
    EnvironmentId id = known(request.environment());
    Optional<Long> release = request.form("release").map(Request::number);
    switch (parts.environments().rollBack(id, release, Request.WHO, request.reason())) {
      case Environments.Return.Asked _ -> request.done(Addresses.environment(id));
      case Environments.Return.Impossible(String reason) -> throw Problem.conflict(reason);
    }
  }

  private void approve(Context context) {
    Request request = new Request(context);
    EnvironmentId id = known(request.environment());
    told(request, id, parts.environments().approve(id, meant(request), Request.WHO));
  }

  private void abort(Context context) {
    Request request = new Request(context);
    EnvironmentId id = known(request.environment());
    told(
        request, id, parts.environments().abort(id, meant(request), Request.WHO, request.reason()));
  }

  /** What the page showed when its button was pressed. */
  private static Optional<Environments.Meant> meant(Request request) {
    return request
        .form("rollout")
        .map(rollout ->
            new Environments.Meant(
                Request.number(rollout),
                request.form("stage").map(stage -> (int) Request.number(stage))));
  }

  private static void told(Request request, EnvironmentId id, Environments.Word word) {
    switch (word) {
      case Environments.Word.Told _ -> request.done(Addresses.environment(id));
      case Environments.Word.Impossible(String reason) -> throw Problem.conflict(reason);
    }
  }

  private EnvironmentId known(EnvironmentId id) {
    if (!parts.granted().test(id) && parts.environments().one(id).isEmpty()) {
      throw Problem.notFound(
          "there is no environment "
              + id
              + ": nothing was deployed to it, and the server's file does not name it");
    }
    return id;
  }
}
