package io.windlass.engine;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.manifest.ManifestTexts;
import io.windlass.engine.manifest.Manifests;
import io.windlass.engine.notification.AlertMachine;
import io.windlass.engine.notification.AlertPerformer;
import io.windlass.engine.notification.StatusMachine;
import io.windlass.engine.notification.StatusPerformer;
import io.windlass.engine.plan.Plans;
import io.windlass.engine.repository.Proposals;
import io.windlass.engine.repository.RefMachine;
import io.windlass.engine.repository.RefPerformer;
import io.windlass.engine.repository.RefProjection;
import io.windlass.engine.repository.Repositories;
import io.windlass.engine.repository.RepositoryMachine;
import io.windlass.engine.repository.RepositoryPerformer;
import io.windlass.engine.repository.RepositoryProjection;
import io.windlass.engine.rollout.EnvironmentMachine;
import io.windlass.engine.rollout.EnvironmentPerformer;
import io.windlass.engine.rollout.EnvironmentProjection;
import io.windlass.engine.rollout.Environments;
import io.windlass.engine.rollout.Releases;
import io.windlass.engine.run.MirrorWorkspaces;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunMachine;
import io.windlass.engine.run.RunPerformer;
import io.windlass.engine.run.RunProjection;
import io.windlass.engine.run.Runs;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * The whole engine on one journal: every machine with what performs its effects and keeps its
 * tables.
 *
 * @param runs what runs there are
 * @param environments what they deploy to
 * @param releases what serves there
 * @param repositories where they come from
 * @param plans what a deployment would change
 * @param manifests what was rendered of what repositories bring
 */
public record Engine(
    Runs runs,
    Environments environments,
    Releases releases,
    Repositories repositories,
    Plans plans,
    ManifestTexts manifests) {

  /**
   * The digests of images that must not be removed: of releases that serve, roll out or wait, of
   * runs under way, and of the last releases of each environment that served.
   */
  public Set<String> neededDigests(int lastServed) {
    Set<String> needed = new TreeSet<>(releases.neededDigests(lastServed));
    needed.addAll(environments.askedDigests());
    needed.addAll(runs.builtDigests());
    return needed;
  }

  /**
   * Forgets what was over before a time: runs, rollouts, releases, and refs that are gone. What
   * serves, what people can return to, and the newest run of each ref stays.
   *
   * @param lastServed how many releases of each environment people can return to
   */
  public void forget(Instant before, int lastServed) {
    releases.forget(before, lastServed);
    environments.forgetRollouts(before);
    manifests.forget(before, environments.askedManifests());
    Set<RunId> needed = new HashSet<>(releases.runs());
    needed.addAll(repositories.newestRuns());
    runs.forget(before, needed);
    repositories.forgetGoneRefs(before);
  }

  /**
   * Registers the engine's machines. The journal is started by the caller, once everybody has
   * registered theirs.
   */
  public static Engine register(Database database, Journal journal, EngineParts parts) {
    var releases = new Releases(database);
    var workspaces =
        new MirrorWorkspaces(parts.mirrors(), parts.sources(), parts.files(), parts.checkout());
    var runs = new Runs(database, journal, parts.files());
    var environments = new Environments(database, journal, releases);
    var repositories = new Repositories(database, journal);
    var texts = new ManifestTexts(database);
    var manifests =
        Manifests.open(
            parts.mirrors(), parts.sources(), parts.targets(), texts, parts.files(), parts.clock());
    var plans =
        new Plans(
            new Proposals(parts.mirrors(), parts.sources()),
            repositories,
            environments,
            releases,
            runs,
            parts.grants(),
            parts.targets(),
            parts.secretVersions(),
            manifests);
    journal.register(
        new RepositoryMachine(),
        new RepositoryPerformer(database, parts.mirrors(), parts.sources(), parts.hosts()),
        new RepositoryProjection());
    journal.register(
        new RefMachine(), new RefPerformer(parts.mirrors(), parts.sources()), new RefProjection());
    journal.register(
        new RunMachine(EnvironmentMachine.deployments(), parts.links()),
        new RunPerformer(
            workspaces,
            parts.executor(),
            parts.stepSecrets(),
            parts.images(),
            parts.imageGrants(),
            parts.grants(),
            manifests,
            plans::previews,
            parts.files(),
            parts.limits()),
        new RunProjection(),
        parts.runWatch());
    journal.register(
        new EnvironmentMachine(parts.links()),
        new EnvironmentPerformer(
            parts.targets(),
            parts.secretVersions(),
            parts.scaling(),
            releases::policies,
            parts.holds(),
            parts.signals(),
            parts.clock(),
            parts.look()),
        new EnvironmentProjection(),
        parts.environmentWatch());
    journal.register(new StatusMachine(), new StatusPerformer(parts.hosts()));
    journal.register(new AlertMachine(), new AlertPerformer(parts.hooks()));
    return new Engine(runs, environments, releases, repositories, plans, texts);
  }
}
