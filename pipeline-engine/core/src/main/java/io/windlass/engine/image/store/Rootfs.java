package io.windlass.engine.image.store;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * A directory that layers are applied to, one over the other. Nothing that an entry says can touch
 * anything outside it: names are walked part by part, links that stand in the way are followed as
 * if this directory were the root of the system, and what is to be written is always created new.
 *
 * <p>Files belong to whoever unpacks; set-uid, set-gid and sticky bits are dropped.
 */
final class Rootfs {

  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final int LINKS = 40;
  private static final int PARTS = 256;

  private final Path root;
  private final StoreLimits limits;
  private final boolean onHost;
  private final List<Path> files = new ArrayList<>();
  private final Set<Path> ofThisLayer = new HashSet<>();
  private final Set<Path> cleared = new HashSet<>();
  private final Set<Path> directories = new HashSet<>();
  private int entries;
  private long bytes;

  /** An entry that is not to be unpacked; the message completes "but ...". */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;

    Refused(String why) {
      super(why);
    }
  }

  /**
   * @param onHost the program will see this machine's own files, where a link to {@code /etc} leads
   *     out of the image: such links are refused
   */
  Rootfs(Path root, StoreLimits limits, boolean onHost) {
    this.root = root;
    this.limits = limits;
    this.onHost = onHost;
  }

  Path root() {
    return root;
  }

  void nextLayer() {
    ofThisLayer.clear();
    cleared.clear();
  }

  void take(TarArchiveEntry entry, InputStream content) throws IOException {
    if (++entries > limits.unpackedEntries()) {
      throw new Refused("it holds more than " + limits.unpackedEntries() + " entries");
    }
    Deque<String> parts = parts(entry.getName());
    if (parts.isEmpty()) {
      return; // "./": the root itself
    }
    String last = parts.removeLast();
    Path parent = walk(parts, entry.getName());
    if (last.equals(OPAQUE)) {
      clear(parent);
    } else if (last.startsWith(WHITEOUT)) {
      whiteOut(parent, last.substring(WHITEOUT.length()), entry.getName());
    } else {
      create(entry, parent.resolve(last), content);
    }
  }

  private void create(TarArchiveEntry entry, Path target, InputStream content) throws IOException {
    boolean directory = Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS);
    if (!(entry.isDirectory() && directory)) {
      Disk.remove(target);
    }
    if (entry.isSymbolicLink()) {
      symbolic(entry, target);
    } else if (entry.isLink()) {
      Files.createLink(target, linked(entry));
    } else if (entry.isDirectory()) {
      if (!directory) {
        Files.createDirectory(target);
      }
      setMode(target, entry.getMode() | 0700);
      directories.add(target);
    } else if (isPlain(entry)) {
      write(entry, target, content);
    } else {
      throw new Refused("\"%s\" is a device or a pipe".formatted(entry.getName()));
    }
    keepInThisLayer(target);
  }

  /** The library's own question says yes to devices. */
  private static boolean isPlain(TarArchiveEntry entry) {
    return switch (entry.getLinkFlag()) {
      case TarConstants.LF_NORMAL, TarConstants.LF_OLDNORM, TarConstants.LF_CONTIG -> true;
      default -> entry.isSparse();
    };
  }

  private void write(TarArchiveEntry entry, Path target, InputStream content) throws IOException {
    bytes += entry.getRealSize();
    if (entry.getRealSize() < 0 || bytes > limits.unpackedBytes()) {
      throw new Refused("it holds more than the limit of " + limits.unpackedBytes() + " bytes");
    }
    // Closed by us: a program that somebody still has open for writing cannot be run.
    try (OutputStream file =
            Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        OutputStream out = new LimitedOutput(file, entry.getRealSize())) {
      content.transferTo(out);
    }
    setMode(target, entry.getMode() | 0400);
    Files.setLastModifiedTime(target, FileTime.from(entry.getLastModifiedTime().toInstant()));
    files.add(target);
  }

  private void symbolic(TarArchiveEntry entry, Path link) throws IOException {
    String to = entry.getLinkName();
    int depth = root.relativize(link).getNameCount() - 1;
    for (String part : to.split("/", -1)) {
      depth += part.equals("..") ? -1 : part.isEmpty() || part.equals(".") ? 0 : 1;
      if (depth < 0 && !to.startsWith("/")) {
        throw new Refused("the link \"%s\" leads out of it".formatted(entry.getName()));
      }
    }
    if (onHost && to.startsWith("/")) {
      throw new Refused(
          "the link \"%s\" leads to \"%s\" of the machine that runs it"
              .formatted(entry.getName(), to));
    }
    Files.createSymbolicLink(link, Path.of(to));
  }

  /** What a hard link names: a regular file that is in here already. */
  private Path linked(TarArchiveEntry entry) throws IOException {
    Deque<String> parts = parts(entry.getLinkName());
    if (!parts.isEmpty()) {
      String last = parts.removeLast();
      Path target = walk(parts, entry.getName()).resolve(last);
      if (Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
        return target;
      }
    }
    throw new Refused(
        "the hard link \"%s\" names \"%s\", which is no file in it"
            .formatted(entry.getName(), entry.getLinkName()));
  }

  /** Parts of a name that stay below the root by their text alone. */
  private static Deque<String> parts(String name) throws Refused {
    Deque<String> parts = new ArrayDeque<>();
    if (name.startsWith("/")) {
      throw new Refused("\"%s\" is an absolute name".formatted(name));
    }
    for (String part : name.split("/", -1)) {
      if (part.equals("..")) {
        throw new Refused("\"%s\" climbs out of it".formatted(name));
      }
      if (!part.isEmpty() && !part.equals(".")) {
        parts.addLast(part);
      }
    }
    if (parts.size() > PARTS) {
      throw new Refused("a name in it has more than " + PARTS + " parts");
    }
    return parts;
  }

  /** The directory that these parts lead to, made where it is missing; never outside the root. */
  private Path walk(Deque<String> path, String name) throws IOException {
    Deque<String> todo = new ArrayDeque<>(path);
    Path at = root;
    int links = 0;
    while (!todo.isEmpty()) {
      String part = todo.removeFirst();
      if (part.isEmpty() || part.equals(".")) {
        continue;
      }
      if (part.equals("..")) {
        Path up = at.getParent();
        at = at.equals(root) || up == null ? root : up;
        continue;
      }
      Path next = at.resolve(part);
      if (Files.isSymbolicLink(next)) {
        if (++links > LINKS) {
          throw new Refused("\"%s\" goes in circles through links".formatted(name));
        }
        String to = Files.readSymbolicLink(next).toString();
        at = to.startsWith("/") ? root : at;
        Arrays.asList(to.split("/", -1)).reversed().forEach(todo::addFirst);
        continue;
      }
      if (Files.notExists(next, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(next);
        setMode(next, 0755);
        directories.add(next);
      } else if (!Files.isDirectory(next, LinkOption.NOFOLLOW_LINKS)) {
        throw new Refused("\"%s\" goes through a file".formatted(name));
      }
      at = next;
    }
    return at;
  }

  /** Removes what lower layers left in a directory and below it, and nothing of this layer. */
  private void clear(Path directory) throws IOException {
    if (!cleared.add(directory)) {
      return; // all that is in it now is of this layer
    }
    List<Path> children = new ArrayList<>();
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
      stream.forEach(children::add);
    }
    for (Path child : children) {
      if (!ofThisLayer.contains(child)) {
        Disk.remove(child);
      } else if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS)) {
        clear(child);
      }
    }
  }

  private void whiteOut(Path parent, String hidden, String name) throws IOException {
    if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
      throw new Refused("\"%s\" removes no file".formatted(name));
    }
    Path path = parent.resolve(hidden);
    if (!ofThisLayer.contains(path)) {
      Disk.remove(path);
    } else if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      clear(path);
    }
  }

  /** A path and the directories that hold it, all of which this layer's whiteouts leave alone. */
  private void keepInThisLayer(Path path) {
    for (Path at = path; at != null && !at.equals(root) && ofThisLayer.add(at); ) {
      at = at.getParent();
    }
  }

  private static void setMode(Path path, int mode) throws IOException {
    Set<PosixFilePermission> permissions = new HashSet<>();
    String bits = "rwxrwxrwx";
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 9; i++) {
      text.append((mode & (1 << (8 - i))) != 0 ? bits.charAt(i) : '-');
    }
    permissions.addAll(PosixFilePermissions.fromString(text.toString()));
    Files.setPosixFilePermissions(path, permissions);
  }

  /** Makes all of it survive a power cut: a machine that comes back starts from these files. */
  void sync() throws IOException {
    for (Path file : files) {
      if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
          channel.force(false);
        }
      }
    }
    for (Path directory : directories) {
      if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        Disk.sync(directory);
      }
    }
    Disk.sync(root);
  }
}
