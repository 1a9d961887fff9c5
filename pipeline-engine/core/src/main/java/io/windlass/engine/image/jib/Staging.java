package io.windlass.engine.image.jib;

import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImagePlan.Entry;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.DigestOutputStream;
import java.util.UUID;

/**
 * Where files stand while Jib makes a layer of them: copied out of the workspace's reach, under the
 * name of what they hold, with a fixed time. What is in a layer is so what its key says, also when
 * something still writes to the workspace. Copied and not linked: a link would share its bytes with
 * the workspace.
 *
 * <p>Only files of layers that are not known yet come here. Large ones leave when the layer is
 * made; small ones stay while there is room, because a commit that changes one class of hundreds
 * then copies one. Nothing outlives the process: no file here is ever synced.
 */
final class Staging {

  private static final FileTime TIME = FileTime.fromMillis(1000);

  private static final long SMALL_BYTES = 256 << 10;
  private static final long KEPT_BYTES = 128 << 20;

  private final Path dir;
  private final Path kept;
  private long keptBytes;
  private int areas;

  private Staging(Path dir) {
    this.dir = dir;
    this.kept = dir.resolve("kept");
  }

  /** Opens a directory of this process alone, and empties it of what a crash left there. */
  static Staging open(Path dir) throws ImageException {
    try {
      Files.createDirectories(dir);
      try (DirectoryStream<Path> areas = Files.newDirectoryStream(dir)) {
        for (Path area : areas) {
          remove(area);
        }
      }
      Staging staging = new Staging(dir.toRealPath());
      Files.createDirectory(staging.kept);
      return staging;
    } catch (IOException e) {
      throw ImageException.of("open the staging directory", dir, e);
    }
  }

  Path dir() {
    return dir;
  }

  /** A place for the files of one layer; what is kept is thrown away only while there is none. */
  synchronized Area area() throws IOException {
    if (areas == 0 && keptBytes > KEPT_BYTES) {
      remove(kept);
      Files.createDirectory(kept);
      keptBytes = 0;
    }
    Path own = Files.createDirectory(dir.resolve(UUID.randomUUID().toString()));
    areas++;
    return new Area(own);
  }

  private synchronized void keep(Path staged, Path place, long bytes) throws IOException {
    Files.move(staged, place, StandardCopyOption.ATOMIC_MOVE);
    keptBytes += bytes;
  }

  private synchronized void closed() {
    areas--;
  }

  /** The files of one layer in the making. */
  final class Area implements AutoCloseable {

    private final Path own;

    private Area(Path own) {
      this.own = own;
    }

    /** Copies a file, unless one of the same content is there. */
    Path stage(Entry entry, Digest expected) throws IOException, ImageException {
      boolean small = entry.bytes() <= SMALL_BYTES;
      Path place = (small ? kept : own).resolve(expected.hex());
      if (Files.exists(place)) {
        return place;
      }
      Path staged = own.resolve(expected.hex());
      copy(entry, expected, staged);
      if (small) {
        keep(staged, place, entry.bytes());
      }
      return place;
    }

    private void copy(Entry entry, Digest expected, Path staged)
        throws IOException, ImageException {
      try (InputStream in = Content.open(entry);
          DigestOutputStream out =
              new DigestOutputStream(
                  Files.newOutputStream(
                      staged, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                  Digest.sha256())) {
        copy(in, out, entry);
        if (!Digest.from(out.getMessageDigest()).equals(expected)) {
          throw Content.changed(entry);
        }
      }
      Files.setLastModifiedTime(staged, TIME);
    }

    /** No more than was planned: a file that grows without end must not fill the disk. */
    private static void copy(InputStream in, OutputStream out, Entry entry)
        throws IOException, ImageException {
      byte[] buffer = new byte[Math.clamp(entry.bytes() + 1, 1, 1 << 17)];
      long bytes = 0;
      for (int read = in.read(buffer); read > 0; read = in.read(buffer)) {
        bytes += read;
        if (bytes > entry.bytes()) {
          throw Content.changed(entry);
        }
        out.write(buffer, 0, read);
      }
    }

    @Override
    public void close() throws IOException {
      try {
        remove(own);
      } finally {
        closed();
      }
    }
  }

  private static void remove(Path area) throws IOException {
    if (Files.isDirectory(area)) {
      try (DirectoryStream<Path> files = Files.newDirectoryStream(area)) {
        for (Path file : files) {
          Files.delete(file);
        }
      }
    }
    Files.delete(area);
  }
}
