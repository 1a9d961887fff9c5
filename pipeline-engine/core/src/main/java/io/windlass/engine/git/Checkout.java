package io.windlass.engine.git;

import io.windlass.engine.git.GitException.Fault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheCheckout;
import org.eclipse.jgit.internal.storage.file.FileRepository;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.storage.file.FileRepositoryBuilder;
import org.eclipse.jgit.util.FS;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One checkout with its submodules, within one budget. */
final class Checkout {
  private static final Logger LOG = LoggerFactory.getLogger(Checkout.class);

  private final Mirror top;
  private final Budget budget;
  private final List<Path> objects = new ArrayList<>();
  private final Submodules submodules;
  private long files;
  private long bytes;

  Checkout(Mirror top, Limits limits) {
    this.top = top;
    this.budget = new Budget(limits);
    this.submodules = new Submodules(this, top.mirrors(), budget);
  }

  Workspace make(String sha, Path directory) throws GitException {
    String commit =
        top.commit(sha)
            .orElseThrow(() ->
                new GitException(
                    Fault.WORLD,
                    "Tried to check out " + sha + " but it is not in its mirror; fetch it first"));
    Path half = directory.resolveSibling("." + directory.getFileName() + ".partial");
    try {
      Files.createDirectories(half.getParent());
      MirrorStore.deleteTree(half);
      makeRoom(directory, commit);
      fill(top, commit, half, takeSpare(half), 0);
      Files.move(half, directory, StandardCopyOption.ATOMIC_MOVE);
      return new Workspace(directory, commit, objects, files, bytes);
    } catch (IOException | InvalidPathException failed) {
      throw failure(commit, failed);
    } finally {
      discard(half);
    }
  }

  /** Makes a spare of a commit, where its kind can be one. */
  void prepare(String sha) throws GitException {
    MirrorRepository local = top.local();
    try (ObjectReader reader = local.newObjectReader();
        RevWalk walk = new RevWalk(reader)) {
      RevCommit commit = walk.parseCommit(ObjectId.fromString(sha));
      TreeGuard.Contents contents = TreeGuard.check(reader, commit.getTree(), budget);
      Optional<Path> place =
          contents.plain() ? spares().place(key(local), contents) : Optional.empty();
      if (place.isPresent()) {
        Path made = place.get();
        boolean kept = false;
        try {
          GitDirectory.make(local, made, sha);
          writePlain(reader, made, commit);
          spares().keep(key(local));
          kept = true;
        } finally {
          if (!kept) {
            spares().abandon(key(local));
            discard(made);
          }
        }
      }
    } catch (IOException | InvalidPathException failed) {
      throw failure(sha, failed);
    }
  }

  /**
   * Puts the mirror's spare into this place.
   *
   * @return the commit that it is of; empty where there is none, and nothing is there
   */
  private Optional<String> takeSpare(Path half) throws IOException {
    Optional<Path> spare = spares().take(key(top.local()));
    try {
      if (spare.isPresent()) {
        Files.move(spare.get(), half, StandardCopyOption.ATOMIC_MOVE);
        return Optional.of(Files.readString(half.resolve(".git/HEAD")).strip());
      }
    } catch (IOException gone) {
      LOG.atWarn()
          .setCause(gone)
          .log("A spare checkout cannot be used; are mirrors and workspaces on one file system?");
      MirrorStore.deleteTree(spare.get());
      MirrorStore.deleteTree(half);
    }
    return Optional.empty();
  }

  private Spares spares() {
    return top.mirrors().spares();
  }

  private static Path key(MirrorRepository mirror) {
    return mirror.getDirectory().toPath();
  }

  /**
   * Writes a commit of a mirror into a directory.
   *
   * @param spare the commit whose spare the directory is; empty where it is empty or not there
   */
  void fill(Mirror mirror, String sha, Path directory, Optional<String> spare, int depth)
      throws GitException, IOException {
    MirrorRepository local = mirror.local();
    try (ObjectReader reader = local.newObjectReader();
        RevWalk walk = new RevWalk(reader)) {
      RevCommit commit = walk.parseCommit(ObjectId.fromString(sha));
      TreeGuard.Contents contents = TreeGuard.check(reader, commit.getTree(), budget);
      boolean updated =
          spare.isPresent()
              && contents.plain()
              && update(local, reader, directory, spare.get(), commit);
      if (!updated) {
        if (spare.isPresent()) {
          MirrorStore.deleteTree(directory);
        }
        GitDirectory.make(local, directory, sha);
        if (contents.attributes()) {
          write(local, directory, commit);
        } else {
          writePlain(reader, directory, commit);
        }
      }
      budget.checkTime();
      objects.add(local.getObjectsDirectory().toPath().toAbsolutePath());
      files += contents.files();
      bytes += contents.bytes();
      submodules.fill(mirror, contents, directory, depth);
    }
  }

  /** By JGit's own checkout, which converts line ends as attributes say. */
  private void write(MirrorRepository mirror, Path directory, RevCommit commit)
      throws GitException, IOException {
    FileRepositoryBuilder builder =
        new FileRepositoryBuilder()
            .setGitDir(directory.resolve(".git").toFile())
            .setWorkTree(directory.toFile());
    try (FileRepository workspace = new Borrowing(builder.setup(), mirror)) {
      DirCache index = workspace.lockDirCache();
      try {
        DirCacheCheckout checkout = new DirCacheCheckout(workspace, index, commit.getTree());
        checkout.setFailOnConflict(true);
        checkout.setProgressMonitor(budget);
        checkout.checkout();
      } finally {
        index.unlock();
      }
    }
  }

  private void writePlain(ObjectReader reader, Path directory, RevCommit commit)
      throws IOException {
    index(
        directory,
        (_, entries) -> new TreeWriter(reader, directory, entries, budget).write(commit.getTree()));
  }

  /** Whether the spare is the commit now; else anything may be there. */
  private boolean update(
      MirrorRepository local, ObjectReader reader, Path directory, String from, RevCommit commit)
      throws IOException {
    try (RevWalk walk = new RevWalk(reader)) {
      ObjectId before = walk.parseCommit(ObjectId.fromString(from)).getTree();
      index(
          directory,
          (index, entries) ->
              new TreeUpdate(reader, directory, budget)
                  .update(before, commit.getTree(), index, entries));
      GitDirectory.make(local, directory, commit.name());
      return true;
    } catch (IOException broken) {
      budget.checkTime();
      LOG.atWarn().setCause(broken).log("A spare checkout was of no use; all is written anew");
      return false;
    }
  }

  private interface Writing {
    void write(DirCache index, DirCacheBuilder entries) throws IOException;
  }

  /** Writes files, and then the index with the entries that were made of them. */
  private static void index(Path directory, Writing writing) throws IOException {
    Path file = directory.resolve(".git").resolve("index");
    DirCache index = DirCache.lock(file.toFile(), FS.DETECTED);
    try {
      DirCacheBuilder entries = index.builder();
      writing.write(index, entries);
      if (!entries.commit()) {
        throw new IOException("the index \"" + file + "\" cannot be written");
      }
    } finally {
      index.unlock();
    }
  }

  private static void makeRoom(Path directory, String commit) throws GitException, IOException {
    if (!Files.exists(directory)) {
      return;
    }
    Path head = directory.resolve(".git").resolve("HEAD");
    boolean ours = Files.isRegularFile(head) && Files.readString(head).strip().equals(commit);
    if (!ours) {
      throw new GitException(
          Fault.SETUP,
          "Tried to check out "
              + commit
              + " into \""
              + directory
              + "\" but something else is there; give an unused directory");
    }
    MirrorStore.deleteTree(directory);
  }

  private static void discard(Path half) {
    try {
      MirrorStore.deleteTree(half);
    } catch (IOException left) {
      // The next checkout into this place removes it first; the error under way says more.
    }
  }

  private GitException failure(String commit, Exception failed) {
    Optional<Budget.Reached> reached = budget.reached();
    String tried = "Tried to check out " + commit + " but ";
    if (reached.isPresent()) {
      return new GitException(reached.get().fault(), tried + reached.get().why(), failed);
    }
    if (failed instanceof InvalidPathException name) {
      return new GitException(
          Fault.SETUP,
          tried
              + "this process cannot write the name \""
              + name.getInput()
              + "\"; start it in a UTF-8 locale (LC_ALL=C.UTF-8)",
          failed);
    }
    return new GitException(
        Fault.WORLD, tried + "it failed: " + failed.getMessage() + "; check the disk", failed);
  }

  /**
   * Reads objects through the mirror that is open already, where the alternates file would open it
   * a second time.
   */
  private static final class Borrowing extends FileRepository {
    private final MirrorRepository mirror;

    Borrowing(FileRepositoryBuilder options, MirrorRepository mirror) throws IOException {
      super(options);
      this.mirror = mirror;
    }

    @Override
    public ObjectReader newObjectReader() {
      return mirror.newObjectReader();
    }
  }
}
