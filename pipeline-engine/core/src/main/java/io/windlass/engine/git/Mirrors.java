package io.windlass.engine.git;

import io.windlass.engine.git.GitException.Fault;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.Sha;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * One bare mirror for each repository. Safe for any number of threads and processes over one
 * directory: a fetch holds the mirror's lock, reading and checking out need none. Killed at any
 * moment, the next fetch finds a whole mirror: what a dead process left (lock files, half packs, a
 * half made mirror) is removed under the lock, or never seen.
 */
public final class Mirrors implements AutoCloseable {
  static {
    SealedGit.seal();
  }

  private final MirrorSettings settings;
  private final MirrorStore store;
  private final Remote remote;
  private final Spares spares;

  private Mirrors(MirrorSettings settings) {
    this.settings = settings;
    this.store = new MirrorStore();
    this.remote = new Remote(settings.directory().resolve("ssh-home"));
    this.spares = new Spares(settings.directory().resolve("spares"));
  }

  /** Opens the mirrors of a directory, which is made when it is not there. */
  public static Mirrors open(MirrorSettings settings) {
    return new Mirrors(settings);
  }

  /** Brings all branches and tags, and forgets those that are gone there. */
  public Mirror fetch(RepositoryName repository, CloneUrl url, Credentials credentials)
      throws GitException {
    return fetch(path(repository), url, credentials, settings.limits());
  }

  /**
   * Brings one commit, or the commit of one tag object: from the mirror without a word to the host
   * when it is there, else with all branches and tags, else by its id alone.
   *
   * @param sha a full id, as a delivery names it
   */
  public Fetched fetchCommit(
      RepositoryName repository, CloneUrl url, Credentials credentials, String sha)
      throws GitException {
    return fetchCommit(path(repository), url, credentials, sha, settings.limits());
  }

  /** What the host's branches and tags name now; nothing is fetched. */
  public RemoteHeads remoteHeads(RepositoryName repository, CloneUrl url, Credentials credentials)
      throws GitException {
    Path path = path(repository);
    MirrorRepository local =
        store.existing(path).isPresent() ? store.existing(path).get() : create(path);
    return remote.heads(local, url, credentials, new Budget(settings.limits()));
  }

  /** The mirror as the last fetch left it; empty when there was none. */
  public Optional<Mirror> mirror(RepositoryName repository) throws GitException {
    return store.existing(path(repository)).map(local -> new Mirror(local, this));
  }

  /**
   * Packs what is loose. Objects that nothing names are kept for two more weeks, so that a
   * workspace under way never loses any.
   *
   * @param live commits to keep for longer, until a later call leaves them out
   */
  public void maintain(RepositoryName repository, Set<String> live) throws GitException {
    Path path = path(repository);
    Optional<MirrorRepository> local = store.existing(path);
    if (local.isEmpty()) {
      return;
    }
    try (MirrorLock _ = lock(path, settings.limits())) {
      MirrorStore.maintain(local.get(), live);
    } catch (IOException failed) {
      throw new GitException(
          Fault.WORLD,
          "Tried to pack the mirror of " + repository + " but it failed: " + failed.getMessage(),
          failed);
    }
  }

  @Override
  public void close() {
    remote.close();
    store.close();
  }

  Spares spares() {
    return spares;
  }

  Map<String, Credentials> submoduleHosts() {
    return settings.submoduleHosts();
  }

  /** A submodule's mirror is found by its address: all repositories that name it share it. */
  Fetched fetchSubmodule(CloneUrl url, Credentials credentials, String sha, Limits limits)
      throws GitException {
    return fetchCommit(
        settings.directory().resolve("submodules").resolve(MirrorStore.nameOf(url)),
        url,
        credentials,
        sha,
        limits);
  }

  private Mirror fetch(Path path, CloneUrl url, Credentials credentials, Limits limits)
      throws GitException {
    Budget budget = new Budget(limits);
    Reach.check(url);
    try (MirrorLock _ = lock(path, limits)) {
      MirrorRepository local = store.open(path, url);
      remote.fetchEverything(local, url, credentials, budget);
      return new Mirror(local, this);
    } catch (IOException failed) {
      throw unusable(path, failed);
    }
  }

  private Fetched fetchCommit(
      Path path, CloneUrl url, Credentials credentials, String sha, Limits limits)
      throws GitException {
    Sha.require(sha);
    Optional<Fetched> there = ready(store.existing(path), sha);
    if (there.isPresent()) {
      return there.get();
    }
    Reach.check(url);
    try (MirrorLock _ = lock(path, limits)) {
      MirrorRepository local = store.open(path, url);
      // Whoever held the lock before may have brought it.
      Optional<Fetched> brought = ready(Optional.of(local), sha);
      if (brought.isPresent()) {
        return brought.get();
      }
      Budget budget = new Budget(limits);
      remote.fetchEverything(local, url, credentials, budget);
      if (!new Mirror(local, this).contains(sha)) {
        remote.fetchExactly(local, url, credentials, budget, sha, MirrorStore.pin(sha));
      }
      return ready(Optional.of(local), sha).orElseGet(() -> new Fetched.CommitVanished(sha));
    } catch (IOException failed) {
      throw unusable(path, failed);
    }
  }

  private Optional<Fetched> ready(Optional<MirrorRepository> local, String sha)
      throws GitException {
    if (local.isEmpty()) {
      return Optional.empty();
    }
    Mirror mirror = new Mirror(local.get(), this);
    return mirror.commit(sha).map(id -> new Fetched.Ready(mirror, id));
  }

  private MirrorRepository create(Path path) throws GitException {
    try (MirrorLock _ = lock(path, settings.limits())) {
      return store.open(path);
    } catch (IOException failed) {
      throw unusable(path, failed);
    }
  }

  private static MirrorLock lock(Path path, Limits limits) throws IOException {
    return MirrorLock.take(path.resolveSibling(path.getFileName() + ".lock"), limits.time());
  }

  private Path path(RepositoryName repository) {
    return settings
        .directory()
        .resolve("repositories")
        .resolve(repository.owner())
        .resolve(repository.name() + ".git");
  }

  private static GitException unusable(Path path, IOException failed) {
    return new GitException(
        Fault.WORLD,
        "Tried to use the mirror \""
            + path
            + "\" but "
            + failed.getMessage()
            + "; if it is damaged, delete it, it is fetched anew",
        failed);
  }
}
