package io.windlass.engine.kubernetes.manifest;

import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.run.WrittenTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * The only files that a tool gets to see: copies of those that it needs, under names that the
 * repository has no say in. Gone when it is closed.
 *
 * @param directory which holds nothing else
 */
record Handed(Path directory) implements AutoCloseable {
  /** Beside a commit's files, empty. */
  static Handed beside(Path tree) throws IOException {
    Path directory = tree.resolveSibling(tree.getFileName() + ".handed");
    WrittenTree.remove(directory);
    return new Handed(Files.createDirectories(directory));
  }

  /** A plain file, under a name of ours. */
  void file(Path from, String name) throws IOException {
    Path to = directory.resolve(name);
    Files.createDirectories(to.getParent());
    Files.copy(from, to, LinkOption.NOFOLLOW_LINKS);
  }

  /** A text of ours. */
  void text(String name, String text) throws IOException {
    Path to = directory.resolve(name);
    Files.createDirectories(to.getParent());
    Files.writeString(to, text, StandardOpenOption.CREATE_NEW);
  }

  /** A folder with all that is below it, but for the files of a name. */
  void folder(Path from, String name, String without) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path file : (Iterable<Path>) all::iterator) {
        boolean plain = Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS);
        if (plain && !file.getFileName().toString().equalsIgnoreCase(without)) {
          file(file, name + "/" + from.relativize(file));
        }
      }
    }
  }

  @Override
  public void close() throws RolloutException {
    try {
      WrittenTree.remove(directory);
    } catch (IOException e) {
      throw new RolloutException("Tried to remove \"" + directory + "\" but " + e.getMessage(), e);
    }
  }
}
