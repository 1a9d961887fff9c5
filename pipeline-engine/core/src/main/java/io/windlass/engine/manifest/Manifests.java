package io.windlass.engine.manifest;

import io.windlass.engine.git.Fetched;
import io.windlass.engine.git.GitException;
import io.windlass.engine.git.Limits;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ManifestRef;
import io.windlass.engine.rollout.Drawn;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.rollout.RolloutTarget;
import io.windlass.engine.rollout.RolloutTargets;
import io.windlass.engine.run.CloneSource;
import io.windlass.engine.run.ManifestRenderer;
import io.windlass.engine.run.RunFiles;
import io.windlass.engine.run.WrittenTree;
import io.windlass.engine.source.RepositoryName;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;

/** Renders what commits bring, from the repository's mirror, with the tools of the target. */
public final class Manifests implements ManifestRenderer {
  /** Enough for any folder of manifests, and nothing to fill a disk with. */
  private static final Limits TREE =
      Limits.DEFAULTS
          .withCheckoutBytes(64L << 20)
          .withCheckoutFiles(10_000)
          .withTime(Duration.ofMinutes(1));

  private final Mirrors mirrors;
  private final CloneSource.Lookup sources;
  private final RolloutTargets targets;
  private final ManifestTexts texts;
  private final RunFiles files;
  private final InstantSource clock;

  /** Takes away what a rendering that was broken off has left. */
  public static Manifests open(
      Mirrors mirrors,
      CloneSource.Lookup sources,
      RolloutTargets targets,
      ManifestTexts texts,
      RunFiles files,
      InstantSource clock) {
    try {
      WrittenTree.remove(files.renderings());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Tried to empty \"%s\" but it cannot be written; check its owner"
              .formatted(files.renderings()),
          e);
    }
    return new Manifests(mirrors, sources, targets, texts, files, clock);
  }

  private Manifests(
      Mirrors mirrors,
      CloneSource.Lookup sources,
      RolloutTargets targets,
      ManifestTexts texts,
      RunFiles files,
      InstantSource clock) {
    this.mirrors = mirrors;
    this.sources = sources;
    this.targets = targets;
    this.texts = texts;
    this.files = files;
    this.clock = clock;
  }

  @Override
  public Outcome render(EnvironmentId environment, String sha, ManifestSpec manifests)
      throws GitException, RolloutException, InterruptedException, IOException {
    Optional<RolloutTarget> target = targets.of(environment);
    if (target.isEmpty()) {
      return new Outcome.Refused("the server's file binds " + environment + " to no target");
    }
    Path tree = files.rendering();
    try {
      Optional<Outcome> refused = export(environment, sha, manifests, tree);
      return refused.isPresent()
          ? refused.get()
          : switch (target.get().draw(environment, manifests, tree)) {
            case Drawn.Refused(var reason) -> new Outcome.Refused(reason);
            case Drawn.Made made -> keep(made);
          };
    } finally {
      WrittenTree.remove(tree);
    }
  }

  private Outcome keep(Drawn.Made made) {
    int bytes = made.text().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > ManifestTexts.MOST_BYTES) {
      return new Outcome.Refused(
          "the manifests have %d bytes, and %d are taken; put what is large into the image"
              .formatted(bytes, ManifestTexts.MOST_BYTES));
    }
    String hash = texts.keep(made.text(), clock.instant());
    return new Outcome.Made(new ManifestRef(hash, made.tool()), made.hosts());
  }

  /** Writes the files into the directory; else says why it cannot be done with this commit. */
  private Optional<Outcome> export(
      EnvironmentId environment, String sha, ManifestSpec manifests, Path tree)
      throws GitException, IOException {
    var repository = RepositoryName.of(environment.repository());
    Optional<CloneSource> source = sources.of(repository);
    if (source.isEmpty()) {
      return Optional.of(
          new Outcome.Refused(
              "repository \"" + repository + "\" is not in the server's file any more"));
    }
    Files.createDirectories(tree);
    switch (mirrors.fetchCommit(repository, source.get().url(), source.get().credentials(), sha)) {
      case Fetched.CommitVanished _ -> {
        return Optional.of(
            new Outcome.Refused("commit " + sha + " is not in the repository any more"));
      }
      case Fetched.Ready(var mirror, var commit) -> {
        try {
          mirror.export(commit, manifests.paths(), tree, TREE);
        } catch (GitException e) {
          if (e.fault() == GitException.Fault.REPOSITORY) {
            return Optional.of(new Outcome.Refused(String.valueOf(e.getMessage())));
          }
          throw e;
        }
        return Optional.empty();
      }
    }
  }
}
