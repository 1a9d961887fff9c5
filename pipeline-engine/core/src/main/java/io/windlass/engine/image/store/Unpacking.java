package io.windlass.engine.image.store;

import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Makes a directory out of an image's layers, beside its final place, and moves it there. */
final class Unpacking {

  /** How long a crash's leftovers beside the target are left alone: somebody may be at it. */
  private static final Duration LEFTOVER = Duration.ofHours(6);

  private final ContentStore store;
  private final StoreLimits limits;
  private final InstantSource clock;

  Unpacking(ContentStore store, StoreLimits limits, InstantSource clock) {
    this.store = store;
    this.limits = limits;
    this.clock = clock;
  }

  Path unpack(ImageRecord image, StoredImage runtime, Path target)
      throws ImageException, InterruptedException {
    Path place = target.toAbsolutePath().normalize();
    if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
      return place;
    }
    Path parent = place.getParent();
    if (parent == null) {
      throw ImageException.badPlan(
          "unpack into \"" + place + "\"", "it is a root", "name a directory below one");
    }
    String prefix = "." + place.getFileName() + ".unpacking-";
    Path half = parent.resolve(prefix + UUID.randomUUID());
    try {
      Files.createDirectories(parent);
      removeLeftovers(parent, prefix);
      Files.createDirectory(half);
      try {
        Rootfs rootfs = new Rootfs(half, limits, runtime.onHost());
        for (ImageRecord.Layer layer : image.layers()) {
          rootfs.nextLayer();
          apply(layer, rootfs);
        }
        rootfs.sync();
        publish(half, place);
      } finally {
        Disk.remove(half);
      }
    } catch (IOException e) {
      throw ImageException.of("unpack image " + image.digest(), parent, e);
    }
    return place;
  }

  /** Another may have been quicker; theirs has the same content. */
  private static void publish(Path half, Path place) throws IOException {
    try {
      Files.move(half, place, StandardCopyOption.ATOMIC_MOVE);
    } catch (FileSystemException e) {
      if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
        return;
      }
      throw e;
    }
    Disk.sync(place.resolveSibling(""));
  }

  private void apply(ImageRecord.Layer layer, Rootfs rootfs)
      throws ImageException, InterruptedException {
    try (InputStream blob = new BufferedInputStream(store.open(layer.digest()), 1 << 16);
        InputStream plain = plain(blob, layer);
        HeaderGuard guard = new HeaderGuard(plain, limits.unpackedBytes());
        TarArchiveInputStream tar = new TarArchiveInputStream(guard, "UTF-8")) {
      for (TarArchiveEntry entry = guard.next(tar); entry != null; entry = guard.next(tar)) {
        if (Thread.interrupted()) {
          throw new InterruptedException("unpacking was interrupted");
        }
        rootfs.take(entry, tar);
      }
      guard.drain();
      blob.transferTo(java.io.OutputStream.nullOutputStream()); // to the end, where it is verified
    } catch (Rootfs.Refused e) {
      throw refused(layer, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      ImageException told = ImageException.of("unpack layer " + layer.digest(), rootfs.root(), e);
      if (told.kind() == Kind.DISK_FULL) {
        throw told;
      }
      throw refused(layer, String.valueOf(e.getMessage()), e);
    } catch (IllegalArgumentException | IllegalStateException | ArithmeticException e) {
      // What the tar reader and paths throw at headers that make no sense.
      throw refused(layer, "it is not a sound archive: " + e.getMessage(), e);
    }
  }

  private static InputStream plain(InputStream blob, ImageRecord.Layer layer) throws IOException {
    if (layer.mediaType().endsWith("gzip")) {
      return new GZIPInputStream(blob, 1 << 16);
    }
    if (layer.mediaType().endsWith(".tar")) {
      return blob;
    }
    throw new Rootfs.Refused("it is packed as \"" + layer.mediaType() + "\" and we read gzip only");
  }

  private static ImageException refused(ImageRecord.Layer layer, String why, Exception cause) {
    return new ImageException(
        Kind.BAD_CONTENT,
        "Tried to unpack layer \"%s\" but %s; use another image, or build this one again"
            .formatted(new Digest(layer.digest()), why),
        cause);
  }

  private void removeLeftovers(Path parent, String prefix) throws IOException {
    Instant old = clock.instant().minus(LEFTOVER);
    try (DirectoryStream<Path> halves = Files.newDirectoryStream(parent)) {
      for (Path half : halves) {
        if (half.getFileName().toString().startsWith(prefix)
            && Files.getLastModifiedTime(half, LinkOption.NOFOLLOW_LINKS)
                .toInstant()
                .isBefore(old)) {
          Disk.remove(half);
        }
      }
    }
  }
}
