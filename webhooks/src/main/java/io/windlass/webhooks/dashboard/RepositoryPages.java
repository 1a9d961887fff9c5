package io.windlass.webhooks.dashboard;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.repository.Repositories;
import io.windlass.engine.repository.RepositoryState;
import io.windlass.engine.source.RepositoryName;
import io.windlass.webhooks.api.Problem;
import io.windlass.webhooks.view.Frame;
import java.util.List;
import java.util.Optional;

/** Repositories: what was made of each event about their branches. */
final class RepositoryPages {
  private static final int DECISIONS = 50;
  private static final int HEADS = 200;

  private final DashboardParts parts;

  RepositoryPages(DashboardParts parts) {
    this.parts = parts;
  }

  void add(RoutesConfig routes) {
    routes.get("/repositories", this::list);
    routes.get("/repositories/{owner}/{repository}", this::one);
  }

  private void list(Context context) {
    List<String> names =
        parts.served().get().stream().map(RepositoryName::toString).sorted().toList();
    Pages.answer(
        context,
        Pages.TEMPLATES.repositories(
            new Request(context).frame("Repositories", "Repositories", Frame.LATER), names));
  }

  private void one(Context context) {
    Request request = new Request(context);
    RepositoryName name = request.repository();
    Optional<RepositoryState> state = parts.repositories().state(name);
    List<Repositories.KnownHead> heads = parts.repositories().heads(name, HEADS);
    if (state.isEmpty()
        && heads.isEmpty()
        && parts.served().get().stream().noneMatch(name::sameAs)) {
      throw Problem.notFound(
          "this server does not serve the repository " + name + "; add it with windlass repo add");
    }
    Pages.Part<Repositories.Decided> part =
        Pages.Part.of(
            parts.repositories().decisions(name, request.queryNumber("before"), DECISIONS + 1),
            DECISIONS);
    Pages.answer(
        context,
        Pages.TEMPLATES.repository(
            request.frame(name.toString(), "Repositories", Frame.LATER),
            name.toString(),
            state,
            heads,
            part.items(),
            part.end().map(row -> request.with("before", Long.toString(row.position()))),
            parts.clock().instant()));
  }
}
