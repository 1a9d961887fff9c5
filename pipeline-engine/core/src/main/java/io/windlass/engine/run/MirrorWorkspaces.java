package io.windlass.engine.run;

import io.windlass.engine.git.Fetched;
import io.windlass.engine.git.GitException;
import io.windlass.engine.git.Limits;
import io.windlass.engine.git.Mirror;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.source.RepositoryName;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/** Workspaces that are checked out of the repository's mirror. */
public final class MirrorWorkspaces implements Workspaces {
  private static final Logger LOG = LoggerFactory.getLogger(MirrorWorkspaces.class);

  private final Mirrors mirrors;
  private final CloneSource.Lookup sources;
  private final RunFiles files;
  private final Limits limits;

  public MirrorWorkspaces(
      Mirrors mirrors, CloneSource.Lookup sources, RunFiles files, Limits limits) {
    this.mirrors = mirrors;
    this.sources = sources;
    this.files = files;
    this.limits = limits;
  }

  @Override
  public Checkout checkOut(RunId run, String sha) throws GitException {
    var repository = RepositoryName.of(run.repository());
    Optional<CloneSource> source = sources.of(repository);
    if (source.isEmpty()) {
      return new Checkout.Failed(
          "repository \"" + repository + "\" is not in the server's file any more", true);
    }
    try {
      return switch (mirrors.fetchCommit(
          repository, source.get().url(), source.get().credentials(), sha)) {
        case Fetched.CommitVanished vanished ->
            new Checkout.Vanished("commit " + sha + " is not in the repository any more");
        case Fetched.Ready(var mirror, var commit) ->
            new Checkout.Ready(mirror.checkout(commit, directory(run), limits).objects());
      };
    } catch (GitException e) {
      return switch (e.fault()) {
        case REPOSITORY -> new Checkout.Failed(String.valueOf(e.getMessage()), false);
        case SETUP -> new Checkout.Failed(String.valueOf(e.getMessage()), true);
        case WORLD -> throw e;
      };
    }
  }

  @Override
  public void prepare(RunId run, String sha) {
    try {
      Optional<Mirror> mirror = mirrors.mirror(RepositoryName.of(run.repository()));
      if (mirror.isPresent() && mirror.get().contains(sha)) {
        mirror.get().prepare(sha, limits);
      }
    } catch (GitException | RuntimeException e) {
      // A tree that is refused has failed its run, which says more.
      boolean refused =
          e instanceof GitException git && git.fault() == GitException.Fault.REPOSITORY;
      LOG.atLevel(refused ? Level.DEBUG : Level.WARN)
          .addKeyValue("run", run)
          .setCause(e)
          .log("The next workspace is not made ahead; it will take longer");
    }
  }

  @Override
  public Path directory(RunId run) {
    return files.workspace(run);
  }

  @Override
  public void remove(RunId run) throws IOException {
    WrittenTree.remove(directory(run));
  }
}
