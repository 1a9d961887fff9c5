package io.windlass.engine.git;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.eclipse.jgit.dircache.DirCacheBuilder;
import org.eclipse.jgit.dircache.DirCacheEntry;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.FileMode;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.ObjectLoader;
import org.eclipse.jgit.lib.ObjectReader;
import org.eclipse.jgit.treewalk.TreeWalk;

/**
 * Writes a tree without attributes, byte for byte, into a directory of its own. JGit's checkout
 * merges into what is there, and for that writes each file under another name first and looks at it
 * several times; a first step waits for nothing longer. The tree has passed the {@link TreeGuard}.
 */
final class TreeWriter {
  private static final Set<StandardOpenOption> FRESH =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
  private static final FileAttribute<?>[] PLAIN = {};

  /** Less what the umask takes. */
  private static final FileAttribute<?>[] EXECUTABLE = {
    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxrwxrwx"))
  };

  private final ObjectReader reader;
  private final Path directory;
  private final DirCacheBuilder index;
  private final Budget budget;

  TreeWriter(ObjectReader reader, Path directory, DirCacheBuilder index, Budget budget) {
    this.reader = reader;
    this.directory = directory;
    this.index = index;
    this.budget = budget;
  }

  void write(ObjectId tree) throws IOException {
    try (TreeWalk walk = new TreeWalk(reader)) {
      walk.addTree(tree);
      while (walk.next()) {
        budget.checkTime();
        Path path = directory.resolve(walk.getPathString());
        if (walk.isSubtree()) {
          Files.createDirectory(path);
          walk.enterSubtree();
        } else {
          entry(path, described(walk, 0));
        }
      }
    }
  }

  /** What the index says of the walk's entry in one of its trees. */
  static DirCacheEntry described(TreeWalk walk, int tree) {
    DirCacheEntry entry = new DirCacheEntry(walk.getRawPath());
    entry.setFileMode(walk.getFileMode(tree));
    entry.setObjectId(walk.getObjectId(tree));
    return entry;
  }

  /** One entry whose directory is there. */
  void entry(Path path, DirCacheEntry entry) throws IOException {
    FileMode mode = entry.getFileMode();
    if (mode.equals(FileMode.GITLINK)) {
      Files.createDirectory(path);
    } else {
      ObjectLoader blob = reader.open(entry.getObjectId(), Constants.OBJ_BLOB);
      if (mode.equals(FileMode.SYMLINK)) {
        Files.createSymbolicLink(
            path, Path.of(new String(blob.getBytes(), StandardCharsets.UTF_8)));
      } else {
        file(blob, path, mode.equals(FileMode.EXECUTABLE_FILE));
      }
      entry.setLength(blob.getSize());
      entry.setLastModified(Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant());
    }
    index.add(entry);
  }

  private static void file(ObjectLoader blob, Path path, boolean executable) throws IOException {
    try (OutputStream out =
        Channels.newOutputStream(
            Files.newByteChannel(path, FRESH, executable ? EXECUTABLE : PLAIN))) {
      blob.copyTo(out);
    }
  }
}
