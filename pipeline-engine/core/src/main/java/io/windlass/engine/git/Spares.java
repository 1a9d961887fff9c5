package io.windlass.engine.git;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checkouts that nobody has used, at most one for each mirror: the next checkout takes it and
 * writes only what differs. They are this process's: what a process before it left may have been
 * cut short by a loss of power, and is removed. Thread-safe.
 */
final class Spares {
  private static final Logger LOG = LoggerFactory.getLogger(Spares.class);

  /** What a file takes at least. */
  private static final long BLOCK = 4096;

  /** Of all together, in bytes. */
  private static final long MOST = 1L << 30;

  /** Of one. */
  private static final long LARGEST = MOST / 4;

  /** Bytes that stay free on the disk; where there is less, none is made. */
  private static final long FREE = 5L << 30;

  private record Spare(Path directory, long bytes) {}

  private final Path directory;

  /** By mirror, the one that was made first in front. */
  private final Map<Path, Spare> spares = new LinkedHashMap<>();

  Spares(Path directory) {
    this.directory = directory;
    discardOld();
  }

  private void discardOld() {
    Path old = directory.resolveSibling(directory.getFileName() + "." + UUID.randomUUID());
    try {
      if (Files.exists(directory)) {
        Files.move(directory, old, StandardCopyOption.ATOMIC_MOVE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Tried to remove \"" + directory + "\" but could not; remove it by hand", e);
    }
    Thread.ofVirtual().name("spares-discard").start(this::removeOld);
  }

  /** Also what a process was killed over. */
  private void removeOld() {
    String prefix = directory.getFileName() + ".";
    try (var siblings = Files.newDirectoryStream(directory.resolveSibling(""), prefix + "*")) {
      for (Path old : siblings) {
        MirrorStore.deleteTree(old);
      }
    } catch (IOException e) {
      LOG.atDebug().setCause(e).log("Old spares could not be removed; the next start tries again");
    }
  }

  /** The mirror's spare, which is the caller's from now on. */
  synchronized Optional<Path> take(Path mirror) {
    return Optional.ofNullable(spares.remove(mirror)).map(Spare::directory);
  }

  /** A place to make one in; empty where there is one, or it would be too large. */
  synchronized Optional<Path> place(Path mirror, TreeGuard.Contents contents) throws IOException {
    long bytes = bytes(contents);
    if (spares.containsKey(mirror)
        || bytes > LARGEST
        || Files.getFileStore(Files.createDirectories(directory)).getUsableSpace() - bytes < FREE) {
      return Optional.empty();
    }
    return Optional.of(directory.resolve(UUID.randomUUID().toString()));
  }

  /** Keeps what was made; others go where it is too much. */
  void keep(Path mirror, Path made, TreeGuard.Contents contents) throws IOException {
    for (Path gone : add(mirror, new Spare(made, bytes(contents)))) {
      MirrorStore.deleteTree(gone);
    }
  }

  private synchronized List<Path> add(Path mirror, Spare spare) {
    List<Path> gone = new ArrayList<>();
    Spare before = spares.put(mirror, spare);
    if (before != null) {
      gone.add(before.directory());
    }
    long all = spares.values().stream().mapToLong(Spare::bytes).sum();
    Iterator<Spare> eldest = spares.values().iterator();
    while (all > MOST) {
      Spare next = eldest.next();
      gone.add(next.directory());
      all -= next.bytes();
      eldest.remove();
    }
    return gone;
  }

  private static long bytes(TreeGuard.Contents contents) {
    return contents.bytes() + contents.files() * BLOCK;
  }
}
