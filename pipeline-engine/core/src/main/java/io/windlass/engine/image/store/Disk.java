package io.windlass.engine.image.store;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.UUID;

/** Files that are whole and synced under their name, or not there. */
final class Disk {

  private Disk() {}

  /** Something that writes a file's content. */
  interface Content<T> {
    T writeTo(OutputStream out) throws IOException;
  }

  /** A file under a temporary name: synced, and waiting for its real one. */
  record Written<T>(Path file, T result) {}

  /** Writes and syncs a new temporary file; removes it again when the writing fails. */
  static <T> Written<T> write(Path tmp, Content<T> content) throws IOException {
    Path file = tmp.resolve(UUID.randomUUID().toString());
    boolean done = false;
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      T result = content.writeTo(Channels.newOutputStream(channel));
      channel.force(true);
      done = true;
      return new Written<>(file, result);
    } finally {
      if (!done) {
        Files.deleteIfExists(file);
      }
    }
  }

  /** Gives a written file its name, over whatever had it; the name is on disk after a sync. */
  static void name(Path written, Path target) throws IOException {
    try {
      Files.move(written, target, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      throw new IOException("\"" + target.getParent() + "\" is on more than one file system", e);
    }
  }

  /** Makes names in a directory survive a power cut. */
  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /** Removes a file, a link or a whole tree, never following a link. */
  static void remove(Path tree) throws IOException {
    try {
      Files.walkFileTree(
          tree,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.deleteIfExists(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(
                Path directory, @org.jspecify.annotations.Nullable IOException failed)
                throws IOException {
              if (failed != null) {
                throw failed;
              }
              Files.deleteIfExists(directory);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (NoSuchFileException e) {
      // Gone already, which is what was wanted.
    }
  }
}
