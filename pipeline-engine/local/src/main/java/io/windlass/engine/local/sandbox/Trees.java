package io.windlass.engine.local.sandbox;

import io.windlass.engine.run.WrittenTree;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;

/** Whole directories that processes of other users write to. Links are never followed. */
public final class Trees {
  private Trees() {}

  /** Makes a directory that this user may write to and nobody else may look into. */
  public static Path own(Path directory, Optional<Integer> user) throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    if (user.isPresent()) {
      chown(directory, user.get());
    }
    return directory;
  }

  /** Makes a directory that others may pass through but not list. */
  public static Path passable(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x--x"));
    return directory;
  }

  /** Gives a tree to a user; entries that vanish meanwhile are passed over. */
  public static void give(Path root, int user) throws IOException {
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            chown(directory, user);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            chown(file, user);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            return passOver(e);
          }
        });
  }

  /** Removes a tree; nothing happens where it is not there. */
  public static void remove(Path root) throws IOException {
    WrittenTree.remove(root);
  }

  /** The user that a file belongs to. */
  public static int owner(Path file) throws IOException {
    return (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }

  /**
   * The first directory on the way to a place that strangers cannot pass through.
   *
   * @param user who shall get there
   */
  public static Optional<Path> barrier(Path place, int user) throws IOException {
    for (Path at = place.toAbsolutePath().getParent(); at != null; at = at.getParent()) {
      int mode = (Integer) Files.getAttribute(at, "unix:mode");
      if ((mode & 1) == 0 && owner(at) != user) {
        return Optional.of(at);
      }
    }
    return Optional.empty();
  }

  private static FileVisitResult passOver(IOException e) throws IOException {
    if (e instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw e;
  }

  private static void chown(Path file, int user) throws IOException {
    try {
      Files.setAttribute(file, "unix:uid", user, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(file, "unix:gid", user, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      // A process removed it meanwhile.
    }
  }
}
