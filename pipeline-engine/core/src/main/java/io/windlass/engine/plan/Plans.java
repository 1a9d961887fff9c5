package io.windlass.engine.plan;

import io.windlass.engine.git.GitException;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.repository.Proposals;
import io.windlass.engine.repository.Repositories;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.rollout.Environments;
import io.windlass.engine.rollout.Policies;
import io.windlass.engine.rollout.Releases;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.rollout.RolloutTarget;
import io.windlass.engine.rollout.RolloutTargets;
import io.windlass.engine.rollout.SecretVersions;
import io.windlass.engine.run.EnvironmentGrants;
import io.windlass.engine.run.EnvironmentGrants.Grant;
import io.windlass.engine.run.ImageState;
import io.windlass.engine.run.ManifestRenderer;
import io.windlass.engine.run.ManifestRenderer.Outcome;
import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunPlan;
import io.windlass.engine.run.RunSummary;
import io.windlass.engine.run.Runs;
import io.windlass.engine.source.RepositoryName;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Makes plans. Thread-safe; asking changes nothing. */
public final class Plans {
  /** Stands for the digest of an image that no run has built yet. */
  private static final String NO_DIGEST = "sha256:" + "0".repeat(64);

  private static final String TO_BE_BUILT = "the image that the run will build";

  private final Proposals proposals;
  private final Repositories repositories;
  private final Environments environments;
  private final Releases releases;
  private final Runs runs;
  private final EnvironmentGrants grants;
  private final RolloutTargets targets;
  private final SecretVersions secrets;
  private final ManifestRenderer manifests;

  public Plans(
      Proposals proposals,
      Repositories repositories,
      Environments environments,
      Releases releases,
      Runs runs,
      EnvironmentGrants grants,
      RolloutTargets targets,
      SecretVersions secrets,
      ManifestRenderer manifests) {
    this.proposals = proposals;
    this.repositories = repositories;
    this.environments = environments;
    this.releases = releases;
    this.runs = runs;
    this.grants = grants;
    this.targets = targets;
    this.secrets = secrets;
    this.manifests = manifests;
  }

  /** The answer. */
  public sealed interface Answer {
    record Planned(Plan plan) implements Answer {}

    /** There is nothing to plan; the reason says why. */
    record Impossible(String reason) implements Answer {}
  }

  /** How a target differs from the release that was brought to it. */
  public sealed interface Drift {
    /**
     * So.
     *
     * @param changes what bringing the release again would change; empty where nothing differs
     */
    record Found(long release, List<Change> changes) implements Drift {
      public Found {
        changes = List.copyOf(changes);
      }
    }

    /** It cannot be told; the reason says why. */
    record Unknown(String reason) implements Drift {}
  }

  /**
   * Plans a deployment.
   *
   * @param ref full name of a branch or tag; empty for the default branch
   * @param sha a commit; empty for what the ref names now
   * @throws GitException when the repository's host cannot be reached
   * @throws RolloutException when the target cannot be reached
   */
  public Answer plan(EnvironmentId environment, Optional<String> ref, Optional<String> sha)
      throws GitException, RolloutException {
    return switch (proposals.propose(
        nextRun(environment), ref, sha, Optional.of(environment.name()))) {
      case Proposals.Proposal.None(var reason) -> new Answer.Impossible(reason);
      case Proposals.Proposal.Found(var found, var at, var plan) -> {
        Optional<RunPlan.PlannedDeployment> wanted =
            plan.deployments().stream()
                .filter(deployment -> deployment.environment().equals(environment.name()))
                .findFirst();
        yield wanted.isEmpty()
            ? new Answer.Impossible(
                "the file at commit " + found + " has no environment \"" + environment.name() + '"')
            : new Answer.Planned(plan(environment, at, found, plan, wanted.get()));
      }
    };
  }

  /**
   * What differs at its target from the release that serves an environment.
   *
   * @throws RolloutException when the target cannot be reached
   */
  public Drift drift(EnvironmentId environment) throws RolloutException {
    Optional<Environments.View> view = environments.one(environment);
    Optional<Release> serving = view.flatMap(Environments.View::current);
    Optional<RolloutTarget> target = targets.whereItRuns(environment);
    if (serving.isEmpty() || target.isEmpty()) {
      return new Drift.Unknown("nothing serves " + environment);
    }
    if (view.flatMap(Environments.View::rollout).isPresent()) {
      return new Drift.Unknown(
          "a rollout of " + environment + " is under way; ask again when it has ended");
    }
    return new Drift.Found(serving.get().number(), target.get().drift(serving.get()));
  }

  /**
   * A line for each environment that a commit could be deployed to from the default branch; see
   * {@link io.windlass.engine.run.Previews}.
   */
  public Map<EnvironmentId, String> previews(RunId run, String sha)
      throws GitException, RolloutException {
    Map<EnvironmentId, String> lines = new LinkedHashMap<>();
    if (proposals.propose(run, Optional.empty(), Optional.of(sha), Optional.empty())
        instanceof Proposals.Proposal.Found found) {
      for (RunPlan.PlannedDeployment wanted : found.plan().deployments()) {
        var environment = new EnvironmentId(run.repository(), wanted.environment());
        if (targets.of(environment).isPresent()) {
          lines.put(environment, line(plan(environment, found.ref(), sha, found.plan(), wanted)));
        }
      }
    }
    return lines;
  }

  private static String line(Plan plan) {
    if (!plan.obstacles().isEmpty()) {
      return "would not be deployed: " + String.join("; ", plan.obstacles());
    }
    // Every commit has an image of its own, so that alone is not worth naming.
    List<String> subjects =
        plan.changes().stream().filter(Plans::isMoreThanTheImage).map(Change::subject).toList();
    return subjects.isEmpty()
        ? "would change nothing" + (plan.built() ? "" : " but the image")
        : "would change " + String.join(", ", subjects);
  }

  private static boolean isMoreThanTheImage(Change change) {
    return change.kind() != Change.Kind.CHANGED
        || change.lines().stream()
            .anyMatch(line -> line.after().filter(TO_BE_BUILT::equals).isEmpty());
  }

  private Plan plan(
      EnvironmentId environment,
      String ref,
      String sha,
      RunPlan whole,
      RunPlan.PlannedDeployment wanted)
      throws GitException, RolloutException {
    List<String> obstacles = new ArrayList<>();
    Grant grant = ask(environment, ref, wanted, wanted.hosts());
    // A tool is only run for those who may deploy there, as in a run.
    Optional<Outcome> rendered =
        wanted.manifests().isEmpty() || grant instanceof Grant.Refused
            ? Optional.empty()
            : Optional.of(render(environment, sha, wanted.manifests().get()));
    if (rendered.isPresent() && rendered.get() instanceof Outcome.Refused(var reason)) {
      obstacles.add(reason);
    }
    Optional<Outcome.Made> made =
        rendered.filter(Outcome.Made.class::isInstance).map(Outcome.Made.class::cast);
    if (made.isPresent()) {
      grant = ask(environment, ref, wanted, made.get().hosts());
    }
    AppRuntime runtime =
        switch (grant) {
          case Grant.Allowed(var max, var hosts) -> wanted.runtime().within(hosts);
          case Grant.Refused(var reason) -> {
            obstacles.add(reason);
            yield wanted.runtime();
          }
        };
    List<SecretRef> pins = pins(environment, wanted.secrets(), obstacles);
    Optional<Environments.View> view = environments.one(environment);
    view.flatMap(Environments.View::freeze)
        .ifPresent(freeze -> obstacles.add("frozen by " + freeze.who() + ": " + freeze.why()));
    Optional<Release> serving = view.flatMap(Environments.View::current);
    Optional<ImageRef> image = built(environment, sha);
    ImageRef unbuilt = unbuilt(environment, whole);
    Release next =
        new Release(
            new ReleaseId(environment, serving.map(Release::number).orElse(0L) + 1),
            sha,
            runtime.processes().keySet().stream()
                .collect(Collectors.toMap(process -> process, _ -> image.orElse(unbuilt))),
            runtime.pinned(pins).bringing(made.map(Outcome.Made::manifests)),
            Instant.EPOCH);
    List<Change> changes = new ArrayList<>();
    Optional<RolloutTarget> target = targets.of(environment);
    boolean readable = wanted.manifests().isEmpty() || made.isPresent();
    if (target.isPresent() && readable) {
      target.get().plan(serving, next).forEach(change -> changes.add(readable(change)));
    }
    changes.addAll(
        ScalingChanges.between(
            serving.flatMap(release -> releases.policies(release.id())).map(Policies::scaling),
            wanted.scaling()));
    return new Plan(
        environment, ref, sha, serving.map(Release::number), image.isPresent(), changes, obstacles);
  }

  private Grant ask(
      EnvironmentId environment, String ref, RunPlan.PlannedDeployment wanted, List<String> hosts) {
    return grants.ask(new EnvironmentGrants.Question(environment, ref, wanted.target(), hosts));
  }

  private Outcome render(EnvironmentId environment, String sha, ManifestSpec brought)
      throws GitException, RolloutException {
    try {
      return manifests.render(environment, sha, brought);
    } catch (GitException | RolloutException | RuntimeException e) {
      throw e;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new RolloutException(
          "Tried to render the manifests of " + environment + " but the server is going down", e);
    } catch (Exception e) {
      throw new RolloutException(
          "Tried to render the manifests of " + environment + " but " + e.getMessage(), e);
    }
  }

  /** What stands for the image until it is built: its name is known, its digest is not. */
  private static ImageRef unbuilt(EnvironmentId environment, RunPlan plan) {
    ImageName name =
        ImageName.of(plan.image().flatMap(image -> image.spec().name()), environment.repository());
    return new ImageRef(name + "@" + NO_DIGEST, NO_DIGEST);
  }

  private List<SecretRef> pins(
      EnvironmentId environment, List<String> names, List<String> obstacles) {
    List<SecretRef> pins = new ArrayList<>();
    for (String name : names) {
      secrets
          .newest(environment, name)
          .ifPresentOrElse(
              pins::add, () -> obstacles.add("secret \"" + name + "\" has no value yet"));
    }
    return pins;
  }

  /** What expressions in the file see; a run that is asked for now gets this number. */
  private RunId nextRun(EnvironmentId environment) {
    long last =
        repositories
            .state(RepositoryName.of(environment.repository()))
            .map(state -> state.lastRun())
            .orElse(0L);
    return new RunId(environment.repository(), last + 1);
  }

  private Optional<ImageRef> built(EnvironmentId environment, String sha) {
    Runs.Filter filter =
        new Runs.Filter(
            Optional.of(environment.repository()),
            Optional.empty(),
            Optional.empty(),
            Optional.of(sha),
            Optional.empty(),
            Runs.MOST_LISTED);
    return runs.list(filter).stream()
        .map(RunSummary::id)
        .map(runs::one)
        .flatMap(Optional::stream)
        .map(RunDetail::image)
        .flatMap(Optional::stream)
        .map(ImageState::image)
        .flatMap(Optional::stream)
        .findFirst();
  }

  private static Change readable(Change change) {
    UnaryOperator<String> words = text -> text.contains(NO_DIGEST) ? TO_BE_BUILT : text;
    return new Change(
        change.subject(),
        change.kind(),
        change.lines().stream()
            .map(line -> new Change.Line(line.path(), line.before(), line.after().map(words)))
            .toList());
  }
}
