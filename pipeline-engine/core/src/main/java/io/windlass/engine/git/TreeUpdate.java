package io.windlass.engine.git;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.eclipse.jgit.dircache.DirCache;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;
import org.eclipse.jgit.treewalk.filter.TreeFilter;

/**
 * Brings a directory that a {@link TreeWriter} wrote, and that nobody has touched since, to another
 * tree. Neither has empty directories, which no difference of trees shows.
 */
final class TreeUpdate {
  /** What is at a place in the one tree and in the other; empty: nothing. */
  private record Change(String path, boolean before, Optional<DirCacheEntry> after) {}

  private final ObjectReader reader;
  private final Path directory;
  private final Budget budget;

  TreeUpdate(ObjectReader reader, Path directory, Budget budget) {
    this.reader = reader;
    this.directory = directory;
    this.budget = budget;
  }

  /**
   * Writes what differs.
   *
   * @param index of {@code from}; filled for {@code to}
   */
  void update(ObjectId from, ObjectId to, DirCache index, DirCacheBuilder builder)
      throws IOException {
    List<Change> changes = changes(from, to);
    // What goes, goes first: a directory may come where a file was, and the other way round.
    for (Change change : changes) {
      if (change.before()) {
        budget.checkTime();
        remove(directory.resolve(change.path()), change.after().isEmpty());
      }
    }
    TreeWriter writer = new TreeWriter(reader, directory, builder, budget);
    Set<String> changed = new HashSet<>();
    for (Change change : changes) {
      changed.add(change.path());
      if (change.after().isPresent()) {
        budget.checkTime();
        Path path = directory.resolve(change.path());
        Files.createDirectories(path.resolveSibling(""));
        writer.entry(path, change.after().get());
      }
    }
    for (int i = 0; i < index.getEntryCount(); i++) {
      DirCacheEntry entry = index.getEntry(i);
      if (!changed.contains(entry.getPathString())) {
        builder.add(entry);
      }
    }
  }

  private List<Change> changes(ObjectId from, ObjectId to) throws IOException {
    List<Change> changes = new ArrayList<>();
    try (TreeWalk walk = new TreeWalk(reader)) {
      walk.addTree(from);
      walk.addTree(to);
      walk.setRecursive(true);
      walk.setFilter(TreeFilter.ANY_DIFF);
      while (walk.next()) {
        boolean gone = walk.getFileMode(1).equals(FileMode.MISSING);
        changes.add(
            new Change(
                walk.getPathString(),
                !walk.getFileMode(0).equals(FileMode.MISSING),
                gone ? Optional.empty() : Optional.of(TreeWriter.described(walk, 1))));
      }
    }
    return changes;
  }

  private void remove(Path file, boolean forGood) throws IOException {
    Files.delete(file);
    if (!forGood) {
      return;
    }
    try {
      for (Path at = file.resolveSibling(""); !at.equals(directory); at = at.resolveSibling("")) {
        Files.delete(at);
      }
    } catch (DirectoryNotEmptyException e) {
      // Other files of it stay.
    }
  }
}
