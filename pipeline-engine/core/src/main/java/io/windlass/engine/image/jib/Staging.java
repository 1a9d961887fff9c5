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
 * <p>Only files of layers that are not known yet come here, and only until the layer is made.
 */
final class Staging {

  private static final FileTime TIME = FileTime.fromMillis(1000);

  private final Path dir;

  private Staging(Path dir) {
    this.dir = dir;
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
      return new Staging(dir.toRealPath());
    } catch (IOException e) {
      throw ImageException.of("open the staging directory", dir, e);
    }
  }

  Path dir() {
    return dir;
  }

  Area area() throws IOException {
    return new Area(Files.createDirectory(dir.resolve(UUID.randomUUID().toString())));
  }

  /** The files of one layer in the making. */
  record Area(Path dir) implements AutoCloseable {

    /** Copies a file, unless one of the same content is there. */
    Path stage(Entry entry, Digest expected) throws IOException, ImageException {
      Path staged = dir.resolve(expected.hex());
      if (Files.exists(staged)) {
        return staged;
      }
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
      return staged;
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
      remove(dir);
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
