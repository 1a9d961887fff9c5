package io.windlass.engine.git;

import io.windlass.engine.git.GitException.Fault;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.Sha;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * A repository as the last fetch left it. Reads take no lock and see fetches of others at once.
 * Where a commit is asked for, a tag object does as well. A commit that is not here is a {@link
 * GitException} of fault {@code WORLD}: come by {@link Mirrors#fetchCommit}.
 */
public final class Mirror {
  private static final int SUBJECT = 200;

  private final MirrorRepository local;
  private final Mirrors mirrors;

  Mirror(MirrorRepository local, Mirrors mirrors) {
    this.local = local;
    this.mirrors = mirrors;
  }

  /** Whether the commit, or a tag object on one, is here. */
  public boolean contains(String sha) throws GitException {
    return commit(sha).isPresent();
  }

  /**
   * The commit itself: the same id, or for a tag object the commit that it tags; empty when it is
   * not here.
   */
  public Optional<String> commit(String sha) throws GitException {
    if (!Sha.isObject(sha)) {
      return Optional.empty();
    }
    try (RevWalk walk = new RevWalk(local)) {
      return Optional.of(walk.parseCommit(ObjectId.fromString(sha)).name());
    } catch (MissingObjectException | IncorrectObjectTypeException absent) {
      return Optional.empty();
    } catch (IOException failed) {
      throw unreadable(sha, failed);
    }
  }

  /** The first line of a commit's message, for people; cut where it is long. */
  public String subject(String sha) throws GitException {
    try (RevWalk walk = new RevWalk(local)) {
      String subject =
          walk.parseCommit(ObjectId.fromString(Sha.require(sha))).getShortMessage().strip();
      return subject.length() > SUBJECT ? subject.substring(0, SUBJECT - 1) + "\u2026" : subject;
    } catch (IOException | IllegalArgumentException failed) {
      throw unreadable(sha, failed);
    }
  }

  /** Branches and tags with what they name. */
  public Map<Ref, String> heads() throws GitException {
    Map<Ref, String> heads = new TreeMap<>((a, b) -> a.name().compareTo(b.name()));
    try {
      local.heads().forEach((name, id) -> Ref.parse(name).ifPresent(ref -> heads.put(ref, id)));
    } catch (IOException failed) {
      throw unreadable("branches", failed);
    }
    return heads;
  }

  /** The text of a file at a commit. Nothing beyond the limit is read. */
  public FileAtCommit read(String sha, String path, long maxBytes) throws GitException {
    try (ObjectReader reader = local.newObjectReader();
        RevWalk walk = new RevWalk(reader)) {
      RevCommit commit = walk.parseCommit(ObjectId.fromString(Sha.require(sha)));
      try (TreeWalk at = TreeWalk.forPath(reader, path, commit.getTree())) {
        if (at == null) {
          return new FileAtCommit.Absent();
        }
        FileMode mode = at.getFileMode();
        if (!mode.equals(FileMode.REGULAR_FILE) && !mode.equals(FileMode.EXECUTABLE_FILE)) {
          return new FileAtCommit.NotAFile(
              mode.equals(FileMode.TREE)
                  ? "a directory"
                  : mode.equals(FileMode.SYMLINK) ? "a link" : "a submodule");
        }
        long size =
            reader.getObjectSize(at.getObjectId(0), org.eclipse.jgit.lib.Constants.OBJ_BLOB);
        return size > maxBytes
            ? new FileAtCommit.TooLarge(size, maxBytes)
            : new FileAtCommit.Found(
                new String(reader.open(at.getObjectId(0)).getBytes(), StandardCharsets.UTF_8));
      }
    } catch (IOException | IllegalArgumentException failed) {
      throw unreadable(sha, failed);
    }
  }

  /**
   * Names of the files right inside a directory of a commit, in order; none when it is not there.
   */
  public List<String> list(String sha, String directory) throws GitException {
    List<String> names = new ArrayList<>();
    try (ObjectReader reader = local.newObjectReader();
        RevWalk walk = new RevWalk(reader)) {
      RevCommit commit = walk.parseCommit(ObjectId.fromString(Sha.require(sha)));
      try (TreeWalk at = TreeWalk.forPath(reader, directory, commit.getTree())) {
        if (at == null || !at.isSubtree()) {
          return names;
        }
        try (TreeWalk inside = new TreeWalk(reader)) {
          inside.addTree(at.getObjectId(0));
          while (inside.next()) {
            if (inside.getFileMode().getObjectType() == org.eclipse.jgit.lib.Constants.OBJ_BLOB) {
              names.add(inside.getNameString());
            }
          }
        }
      }
      return names;
    } catch (IOException | IllegalArgumentException failed) {
      throw unreadable(sha, failed);
    }
  }

  /**
   * Writes the plain files of a commit into a directory: all those of the top folders that these
   * paths are in. Links and submodules are left out.
   *
   * @param paths inside of the repository
   * @param directory that is there, and empty
   * @throws GitException of fault {@code REPOSITORY} for a hostile name, and for too much
   */
  public void export(String sha, Collection<String> paths, Path directory, Limits limits)
      throws GitException {
    var export = new Export(limits);
    try {
      export.write(local, Sha.require(sha), paths, directory);
    } catch (IOException | IllegalArgumentException failed) {
      throw export
          .reached()
          .map(limit ->
              new GitException(
                  limit.fault(),
                  "Tried to read the manifests of " + sha + " but " + limit.why(),
                  failed))
          .orElseGet(() -> unreadable(sha, failed));
    }
  }

  /**
   * What a push changed. A moved ref is compared with where it stood, also when it was forced; a
   * new one, or one whose old commit is gone, with where it left the default branch.
   */
  public ChangedPaths changedPaths(String before, String after, Ref defaultBranch)
      throws GitException {
    return new History(local).push(before, after, defaultBranch);
  }

  /** What a pull request changes: its head against where it left the base. */
  public ChangedPaths changedSince(String base, String head) throws GitException {
    return new History(local).since(base, head);
  }

  /** Whether {@code after} contains {@code before}; false when one is not here. */
  public boolean isAncestor(String before, String after) throws GitException {
    return new History(local).isAncestor(before, after);
  }

  /**
   * Makes a workspace at exactly the commit. It appears whole or not at all; made again after a
   * crash, it replaces what was there. No hook, filter or LFS runs.
   *
   * @param directory where; its parent is made when it is not there. A directory that is there must
   *     be an earlier checkout of this commit
   * @throws GitException of fault {@code REPOSITORY} for a hostile tree, naming the path, and for a
   *     limit
   */
  public Workspace checkout(String sha, Path directory, Limits limits) throws GitException {
    return new Checkout(this, limits).make(sha, directory.toAbsolutePath().normalize());
  }

  /**
   * Makes the next checkout of this repository quicker, whatever its commit: it begins with this
   * one and writes only what differs. Nothing is made where one is ready, or where its kind of tree
   * cannot (attributes, submodules, empty directories, too large).
   */
  public void prepare(String sha, Limits limits) throws GitException {
    new Checkout(this, limits).prepare(Sha.require(sha));
  }

  MirrorRepository local() {
    return local;
  }

  Mirrors mirrors() {
    return mirrors;
  }

  private static GitException unreadable(String what, Exception failed) {
    return new GitException(
        Fault.WORLD,
        "Tried to read " + what + " in its mirror but " + failed.getMessage() + "; fetch it first",
        failed);
  }
}
