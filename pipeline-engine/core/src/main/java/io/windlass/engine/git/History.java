package io.windlass.engine.git;

import io.windlass.engine.git.GitException.Fault;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.Sha;
import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.errors.IncorrectObjectTypeException;
import org.eclipse.jgit.errors.MissingObjectException;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.revwalk.RevCommit;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.revwalk.filter.RevFilter;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/** Questions that need two commits. */
final class History {
  private final MirrorRepository local;

  History(MirrorRepository local) {
    this.local = local;
  }

  ChangedPaths push(String before, String after, Ref defaultBranch) throws GitException {
    return ask(
        after,
        walk -> {
          RevCommit now = walk.parseCommit(ObjectId.fromString(after));
          Optional<RevCommit> then = find(walk, before);
          if (then.isEmpty()) {
            var main = local.exactRef(defaultBranch.name());
            Optional<RevCommit> base =
                main == null || main.getObjectId() == null
                    ? Optional.empty()
                    : find(walk, main.getObjectId().name());
            then = base.isEmpty() ? Optional.empty() : fork(walk, base.get(), now);
            // A new branch without a commit of its own: nothing to compare, so no reason to leave
            // it out.
            then = then.filter(commit -> !commit.equals(now));
          }
          return compare(walk, then, now);
        });
  }

  ChangedPaths since(String base, String head) throws GitException {
    return ask(
        head,
        walk -> {
          RevCommit now = walk.parseCommit(ObjectId.fromString(head));
          Optional<RevCommit> onto = find(walk, base);
          return compare(
              walk, onto.isEmpty() ? Optional.empty() : fork(walk, onto.get(), now), now);
        });
  }

  boolean isAncestor(String before, String after) throws GitException {
    return ask(
        after,
        walk -> {
          Optional<RevCommit> then = find(walk, before);
          Optional<RevCommit> now = find(walk, after);
          return then.isPresent() && now.isPresent() && walk.isMergedInto(then.get(), now.get());
        });
  }

  private interface Question<T> {
    T on(RevWalk walk) throws IOException;
  }

  private <T> T ask(String about, Question<T> question) throws GitException {
    try (RevWalk walk = new RevWalk(local)) {
      return question.on(walk);
    } catch (IOException | IllegalArgumentException failed) {
      throw new GitException(
          Fault.WORLD,
          "Tried to compare "
              + about
              + " in its mirror but "
              + failed.getMessage()
              + "; fetch it first",
          failed);
    }
  }

  private static Optional<RevCommit> find(RevWalk walk, String sha) throws IOException {
    if (!Sha.isObject(sha)) {
      return Optional.empty();
    }
    try {
      return Optional.of(walk.parseCommit(ObjectId.fromString(sha)));
    } catch (MissingObjectException | IncorrectObjectTypeException absent) {
      return Optional.empty();
    }
  }

  private static Optional<RevCommit> fork(RevWalk walk, RevCommit one, RevCommit other)
      throws IOException {
    walk.reset();
    walk.setRevFilter(RevFilter.MERGE_BASE);
    walk.markStart(one);
    walk.markStart(other);
    return Optional.ofNullable(walk.next());
  }

  private static ChangedPaths compare(RevWalk walk, Optional<RevCommit> then, RevCommit now)
      throws IOException {
    if (then.isEmpty()) {
      return new ChangedPaths(Set.of(), false, Sha.NONE);
    }
    Set<String> paths = new HashSet<>();
    try (TreeWalk trees = new TreeWalk(walk.getObjectReader())) {
      trees.addTree(then.get().getTree());
      trees.addTree(now.getTree());
      trees.setRecursive(true);
      trees.setFilter(TreeFilter.ANY_DIFF);
      while (paths.size() <= ChangedPaths.MOST && trees.next()) {
        paths.add(trees.getPathString());
      }
    }
    boolean complete = paths.size() <= ChangedPaths.MOST;
    return new ChangedPaths(paths, complete, then.get().name());
  }
}
