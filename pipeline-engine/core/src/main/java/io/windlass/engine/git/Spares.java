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
 * cut short by a loss of power, and is removed; one that still runs loses its spares by that, and
 * checks out whole. Thread-safe.
 */
final class Spares {
  private static final Logger LOG = LoggerFactory.getLogger(Spares.class);

  /** What a file or directory takes at least. */
  private static final long BLOCK = 4096;

  /** Of all together, in bytes. */
  private static final long MOST = 1L << 30;

  /** Of one. */
  private static final long LARGEST = MOST / 4;

  /** Bytes that stay free on the disk; where there is less, none is made. */
  private static final long FREE = 5L << 30;

  /** One that is there, or is being made. */
  private record Spare(Path directory, long bytes, boolean ready) {}

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
    Optional<Spare> spare = Optional.ofNullable(spares.get(mirror)).filter(Spare::ready);
    spare.ifPresent(_ -> spares.remove(mirror));
    return spare.map(Spare::directory);
  }

  /**
   * A place to make one in; empty where there is one, or it would be too large. Others go where it
   * would be too much with them.
   */
  Optional<Path> place(Path mirror, TreeGuard.Contents contents) throws IOException {
    long bytes = contents.bytes() + contents.entries() * BLOCK;
    long free = Files.getFileStore(Files.createDirectories(directory)).getUsableSpace();
    boolean fits = bytes <= LARGEST && free - bytes >= FREE;
    Spare made = new Spare(directory.resolve(UUID.randomUUID().toString()), bytes, false);
    List<Path> gone = new ArrayList<>();
    synchronized (this) {
      fits = fits && spares.putIfAbsent(mirror, made) == null;
      long most = free < FREE ? 0 : MOST;
      long all = spares.values().stream().mapToLong(Spare::bytes).sum();
      Iterator<Spare> eldest = spares.values().iterator();
      while (all > most && eldest.hasNext()) {
        Spare next = eldest.next();
        if (next.ready()) {
          gone.add(next.directory());
          all -= next.bytes();
          eldest.remove();
        }
      }
    }
    for (Path old : gone) {
      MirrorStore.deleteTree(old);
    }
    return fits ? Optional.of(made.directory()) : Optional.empty();
  }

  /** The one that was begun is there. */
  synchronized void keep(Path mirror) {
    spares.computeIfPresent(mirror, (_, made) -> new Spare(made.directory(), made.bytes(), true));
  }

  /** The one that was begun will not be there. */
  synchronized void abandon(Path mirror) {
    spares.remove(mirror);
  }
}
