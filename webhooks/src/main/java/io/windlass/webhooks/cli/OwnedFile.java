package io.windlass.webhooks.cli;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;

/**
 * Files that are written for a server which may run as another user than the command: a secret that
 * root makes would be closed to it.
 */
final class OwnedFile {
  private OwnedFile() {}

  /**
   * Makes a file hold the old text or the new one, whatever happens meanwhile. What is new is
   * readable by its owner only; what was there keeps its rights, and a link stays one.
   *
   * @param model the file or folder whose owner it is to have
   */
  static void write(Path named, String text, Path model) throws IOException {
    Path file = Files.exists(named) ? named.toRealPath() : named;
    Path fresh = Files.createTempFile(file.getParent(), ".windlass", ".fresh");
    try {
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
        channel.force(true);
      }
      // In a folder of somebody else's, who may have put a link in its place.
      PosixFileAttributeView view =
          Files.getFileAttributeView(
              fresh, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
      give(view, model);
      if (Files.exists(file)) {
        view.setPermissions(Files.getPosixFilePermissions(file));
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
  }

  private static void give(PosixFileAttributeView view, Path model) throws IOException {
    PosixFileAttributes made = view.readAttributes();
    PosixFileAttributes wanted = Files.readAttributes(model, PosixFileAttributes.class);
    boolean ours = made.owner().equals(wanted.owner());
    try {
      if (!ours) {
        view.setOwner(wanted.owner());
      }
      // In a folder of one's own the group may be any that the system chooses.
      if (!made.group().equals(wanted.group()) && !(ours && wanted.isDirectory())) {
        view.setGroup(wanted.group());
      }
    } catch (FileSystemException e) {
      throw new IOException(
          "Tried to write a file that belongs to %s:%s, as \"%s\" does, but only root may; run the command as root, or as %s"
              .formatted(wanted.owner(), wanted.group(), model, wanted.owner()),
          e);
    }
  }
}
