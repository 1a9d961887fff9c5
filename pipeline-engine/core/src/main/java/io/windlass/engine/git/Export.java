package io.windlass.engine.git;

import io.windlass.engine.git.GitException.Fault;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectChecker;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.revwalk.RevWalk;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * Plain files of a commit, without a repository around them: links and submodules are left out, so
 * that nothing in the directory leads out of it.
 */
final class Export {
  private static final int MOST_DEPTH = 64;

  private final Budget budget;
  private final ObjectChecker checker = new ObjectChecker();
  private int files;
  private long bytes;

  Export(Limits limits) {
    this.budget = new Budget(limits);
  }

  /** The limit that ended it, where one did. */
  Optional<Budget.Reached> reached() {
    return budget.reached();
  }

  void write(MirrorRepository local, String sha, Collection<String> paths, Path directory)
      throws GitException, IOException {
    Set<String> tops = paths.stream().map(Export::top).collect(Collectors.toSet());
    boolean everything = tops.contains("");
    try (ObjectReader reader = local.newObjectReader();
        RevWalk commits = new RevWalk(reader);
        TreeWalk walk = new TreeWalk(reader)) {
      walk.addTree(commits.parseCommit(ObjectId.fromString(sha)).getTree());
      while (walk.next()) {
        budget.checkTime();
        boolean wanted = everything || walk.getDepth() > 0 || tops.contains(walk.getNameString());
        if (wanted) {
          entry(reader, walk, directory);
        }
      }
    }
  }

  /** The first part of a path inside of the repository; empty for the repository itself. */
  private static String top(String path) {
    Path normal = Path.of(path).normalize();
    return normal.getName(0).toString();
  }

  private void entry(ObjectReader reader, TreeWalk walk, Path directory)
      throws GitException, IOException {
    String name = walk.getPathString();
    try {
      checker.checkPath(name);
    } catch (CorruptObjectException refused) {
      throw refused("its path \"" + name + "\" is not allowed: " + refused.getMessage());
    }
    Path path = directory.resolve(name);
    FileMode mode = walk.getFileMode();
    if (walk.isSubtree()) {
      if (walk.getDepth() >= MOST_DEPTH) {
        throw refused("its folders are more than " + MOST_DEPTH + " deep at \"" + name + "\"");
      }
      count(0);
      Files.createDirectories(path);
      walk.enterSubtree();
    } else if (mode.equals(FileMode.REGULAR_FILE) || mode.equals(FileMode.EXECUTABLE_FILE)) {
      file(reader.open(walk.getObjectId(0), Constants.OBJ_BLOB), path);
    }
  }

  private void file(ObjectLoader blob, Path path) throws GitException, IOException {
    count(blob.getSize());
    try (OutputStream out = Files.newOutputStream(path, StandardOpenOption.CREATE_NEW)) {
      blob.copyTo(out);
    }
  }

  /** A folder takes room as a file does. */
  private void count(long size) throws GitException {
    files++;
    bytes += size;
    Limits limits = budget.limits();
    if (files > limits.checkoutFiles() || bytes > limits.checkoutBytes()) {
      throw refused(
          "the top folders of what is to be rendered have more than %d files and folders or %d bytes; keep manifests in a folder of their own"
              .formatted(limits.checkoutFiles(), limits.checkoutBytes()));
    }
  }

  private static GitException refused(String why) {
    return new GitException(Fault.REPOSITORY, "Tried to read manifests of a commit but " + why);
  }
}
