package io.windlass.webhooks.dashboard;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.engine.rollout.EndedRollout;
import io.windlass.engine.rollout.Environments;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.run.Runs;
import io.windlass.engine.source.RepositoryName;
import io.windlass.webhooks.view.Addresses;
import io.windlass.webhooks.view.Attention;
import io.windlass.webhooks.view.FleetView;
import io.windlass.webhooks.view.Frame;
import io.windlass.webhooks.view.Mark;
import io.windlass.webhooks.view.Marks;
import io.windlass.webhooks.view.Words;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What needs a person, and what runs. */
final class OverviewPage {
  private static final int RUNS_SHOWN = 10;

  private final DashboardParts parts;

  OverviewPage(DashboardParts parts) {
    this.parts = parts;
  }

  void add(RoutesConfig routes) {
    routes.get("/", this::page);
  }

  private void page(Context context) {
    List<Environments.View> environments = parts.environments().list(Optional.empty());
    List<FleetView> fleets = FleetPages.all(parts.scaler());
    List<RunSummary> runs = parts.runs().list(Runs.Filter.NEWEST);
    List<RepositoryName> served = parts.served().get();
    List<Attention> attention = new ArrayList<>();
    environments.forEach(environment -> add(environment, attention));
    fleets.forEach(fleet -> add(fleet, attention));
    add(runs, environments, attention);
    served.forEach(repository -> add(repository, attention));
    boolean moving =
        environments.stream().anyMatch(one -> one.rollout().isPresent())
            || fleets.stream().anyMatch(FleetView::moving)
            || runs.stream().anyMatch(run -> run.status() == RunSummary.Status.RUNNING);
    Pages.answer(
        context,
        Pages.TEMPLATES.overview(
            new Request(context).frame("Overview", "Overview", moving ? Frame.SOON : Frame.LATER),
            attention,
            environments,
            parts.granted(),
            fleets,
            runs.subList(0, Math.min(RUNS_SHOWN, runs.size())),
            !served.isEmpty(),
            parts.clock().instant()));
  }

  private static void add(Environments.View environment, List<Attention> attention) {
    String name = environment.id().toString();
    String address = Addresses.environment(environment.id());
    environment
        .degraded()
        .ifPresent(why ->
            attention.add(
                new Attention(new Mark("bad", "degraded"), name, address, why, Optional.empty())));
    Optional<EndedRollout> failed =
        environment.last().filter(last -> last.outcome() != DeploymentStage.LIVE);
    if (failed.isPresent() && environment.rollout().isEmpty()) {
      attention.add(
          new Attention(
              Marks.of(failed.get().outcome()),
              name,
              address,
              "The last rollout did not succeed: " + failed.get().cause(),
              Optional.of(failed.get().endedAt())));
    }
    environment
        .scalingProblem()
        .ifPresent(why ->
            attention.add(
                new Attention(
                    new Mark("bad", "policy not in force"), name, address, why, Optional.empty())));
    environment
        .freeze()
        .ifPresent(freeze ->
            attention.add(
                new Attention(
                    new Mark("wait", "frozen"),
                    name,
                    address,
                    freeze.why()
                        + " ("
                        + freeze.who()
                        + "). Nothing new is deployed until somebody lifts the freeze.",
                    Optional.of(freeze.since()))));
  }

  private static void add(FleetView fleet, List<Attention> attention) {
    if (fleet.mark().look().equals("bad")) {
      attention.add(
          new Attention(
              fleet.mark(),
              fleet.id().toString(),
              Addresses.fleet(fleet.id()),
              fleet
                  .problem()
                  .or(fleet::sentence)
                  .orElse("The scaler could not look at this fleet."),
              fleet.at()));
    }
  }

  /** The newest run of each branch where it went wrong and no environment says so already. */
  private static void add(
      List<RunSummary> runs, List<Environments.View> environments, List<Attention> attention) {
    Set<RunId> told = new HashSet<>();
    environments.forEach(
        environment -> environment.last().flatMap(EndedRollout::run).ifPresent(told::add));
    Set<String> branches = new HashSet<>();
    for (RunSummary run : runs) {
      boolean newest =
          run.status() != RunSummary.Status.RUNNING
              && branches.add(run.id().repository() + " " + run.ref());
      boolean wrong =
          run.status() == RunSummary.Status.FAILED || run.status() == RunSummary.Status.ERRORED;
      if (newest && wrong && !told.contains(run.id())) {
        attention.add(
            new Attention(
                Marks.of(run.status()),
                run.id() + " (" + Words.ref(run.ref()) + ")",
                Addresses.run(run.id()),
                run.cause().orElse(run.title()),
                run.ended()));
      }
    }
  }

  private void add(RepositoryName repository, List<Attention> attention) {
    parts
        .repositories()
        .state(repository)
        .flatMap(state -> state.problem())
        .ifPresent(why ->
            attention.add(
                new Attention(
                    new Mark("bad", "not reachable"),
                    repository.toString(),
                    Addresses.repository(repository.toString()),
                    why,
                    Optional.empty())));
  }
}
