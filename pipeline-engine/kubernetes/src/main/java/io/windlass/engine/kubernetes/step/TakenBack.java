package io.windlass.engine.kubernetes.step;

import com.google.common.hash.Hashing;
import com.google.common.hash.HashingInputStream;
import com.google.common.io.ByteStreams;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.windlass.engine.kubernetes.step.WorkspaceArchive.Item;
import io.windlass.engine.kubernetes.step.WorkspaceArchive.OversizedException;
import io.windlass.engine.run.WrittenTree;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * What comes back from a pod, made part of the server's workspace: what the step has made, changed
 * or removed, and nothing else, so that steps beside it keep what they have written.
 *
 * <p>All of it is put aside first and moved into place when the stream has come to its end, so that
 * a stream that breaks changes nothing.
 *
 * <p>The stream is the pod's word, and a step may have written it. What it can do is what it could
 * do on a machine, where it runs in the folder itself: make and change any file of the workspace,
 * and remove those that it was sent, its Git data among them, of which the server reads nothing
 * afterwards. It cannot remove what it was not sent, such as what a step beside it has made
 * meanwhile, since the index must be one that the server has given it. It cannot reach anything
 * outside of the workspace: names that lead there, also over links, are refused.
 */
final class TakenBack {
  private static final int LONGEST_NUMBER = 20;

  /** What may stand between the bytes of two files: an entry's header with its names. */
  private static final long MOST_HEADER_BYTES = 64 << 10;

  private static final int SKIPPED_AT_ONCE = 8192;

  private final Path workspace;
  private final Path aside;
  private final WorkspaceBounds bounds;
  private final DiskSpace disk;

  /** What was there before the step and has not come yet; in the end, what the step has removed. */
  private final SequencedMap<String, Item> before = new LinkedHashMap<>();

  /** What has come as it was. */
  private final Map<String, Item> same = new HashMap<>();

  /** What the step has made or changed. */
  private final Map<String, Item> made = new LinkedHashMap<>();

  /** Where the bytes of files that it has made or changed lie: the names of files aside. */
  private final Map<String, Integer> copies = new HashMap<>();

  private final Map<String, String> sameAs = new HashMap<>();
  private long bytes;
  private long memory;

  private TakenBack(Path workspace, Path aside, WorkspaceBounds bounds, DiskSpace disk) {
    this.workspace = workspace;
    this.aside = aside;
    this.bounds = bounds;
    this.disk = disk;
  }

  /**
   * Reads a stream (a line with the index's length, the index, an archive of the files) and takes
   * the changes over.
   *
   * @param aside a folder on the same file system, made and removed here
   * @param sent the SHA-256s of the indexes that the pod may have
   * @param bounds of what may come
   * @param disk that the workspace is on
   * @param one held from the first byte to the last change, since what is known of the files takes
   *     memory: by whoever takes something back
   * @param alone held while the workspace is changed, so that nobody else reads or changes it then
   */
  static void take(
      Path workspace,
      Path aside,
      InputStream stream,
      Set<String> sent,
      WorkspaceBounds bounds,
      DiskSpace disk,
      Lock one,
      Lock alone)
      throws IOException, InterruptedException {
    one.lockInterruptibly();
    try {
      WrittenTree.remove(aside);
      Files.createDirectories(aside);
      take(new TakenBack(workspace, aside, bounds, disk), stream, sent, alone);
    } finally {
      try {
        MoreFiles.deleteRecursively(aside, RecursiveDeleteOption.ALLOW_INSECURE);
      } finally {
        one.unlock();
      }
    }
  }

  private static void take(TakenBack taken, InputStream stream, Set<String> sent, Lock alone)
      throws IOException, InterruptedException {
    taken.read(stream, sent);
    alone.lockInterruptibly();
    try {
      taken.apply();
    } finally {
      alone.unlock();
    }
  }

  private void read(InputStream stream, Set<String> sent) throws IOException {
    var index = new HashingInputStream(Hashing.sha256(), ByteStreams.limit(stream, length(stream)));
    WorkspaceArchive.index(
        index,
        (raw, item) -> {
          String name = name(raw);
          count(name, item);
          if (name.isEmpty() || before.put(name, item) != null) {
            throw new IOException("the pod sent an index with \"" + raw + "\"");
          }
        });
    if (!sent.contains(index.hash().toString())) {
      throw new IOException("the pod sent an index that it was not given");
    }
    var raw = new Allowed(stream);
    var tar = new TarArchiveInputStream(raw, "UTF-8");
    raw.allow(MOST_HEADER_BYTES);
    for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      count(entry);
      raw.allow(entry.getSize() + MOST_HEADER_BYTES);
      take(entry, tar);
      raw.allow(MOST_HEADER_BYTES);
    }
    raw.transferTo(OutputStream.nullOutputStream());
  }

  /** Refuses an entry before anything of it is kept. */
  private void count(TarArchiveEntry entry) throws OversizedException {
    bytes += WorkspaceArchive.bytes(entry.getName(), 0);
    if (entry.getRealSize() > bounds.bytes() - bytes) {
      throw oversized();
    }
  }

  /** Refuses an item before it is kept, where those that are kept would take too much memory. */
  private void count(String name, Item item) throws OversizedException {
    memory += WorkspaceBounds.memory(name, item);
    if (memory > bounds.memory()) {
      throw oversized();
    }
  }

  private OversizedException oversized() {
    return new OversizedException(
        "the workspace has become larger than the %d bytes that it may have, or has too many files"
            .formatted(bounds.bytes()));
  }

  /** Gives so many bytes and no more, so that what the reader keeps of them has a bound. */
  private static final class Allowed extends FilterInputStream {
    private long left;

    Allowed(InputStream stream) {
      super(stream);
    }

    void allow(long bytes) {
      left = bytes;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      left -= Math.max(read, 0);
      if (left < 0) {
        throw new IOException("the pod sent more than it announced");
      }
      return read;
    }

    @Override
    public long skip(long count) throws IOException {
      return Math.max(0, read(new byte[Math.clamp(count, 0, SKIPPED_AT_ONCE)]));
    }
  }

  private long length(InputStream stream) throws IOException {
    var digits = new StringBuilder();
    for (int b = stream.read(); b != '\n'; b = stream.read()) {
      if (b < 0 || digits.length() > LONGEST_NUMBER) {
        throw new IOException("the pod sent no index");
      }
      digits.append((char) b);
    }
    try {
      long length = Long.parseLong(digits.toString().strip());
      if (length < 0 || length > bounds.indexBytes()) {
        throw new IOException("the pod sent an index of " + length + " bytes");
      }
      return length;
    } catch (NumberFormatException e) {
      throw new IOException("the pod sent no index", e);
    }
  }

  private void take(TarArchiveEntry entry, InputStream content) throws IOException {
    String name = name(entry.getName());
    if (name.isEmpty()) {
      return;
    }
    if (came(name).isPresent()) {
      throw new IOException("the pod sent \"" + name + "\" twice");
    }
    int mode = entry.getMode() & 0777;
    if (entry.isDirectory()) {
      keep(name, new Item("folder", "", mode));
    } else if (entry.isSymbolicLink()) {
      keep(name, new Item("link", path(entry.getLinkName()).toString(), 0));
    } else if (entry.isLink()) {
      String first = name(entry.getLinkName());
      Optional<Item> known = came(first).filter(item -> item.kind().equals("file"));
      if (known.isPresent() && keep(name, known.get())) {
        memory += 2L * first.length();
        sameAs.put(name, first);
      }
    } else if (entry.isFile()) {
      file(name, mode, content);
    }
  }

  private Optional<Item> came(String name) {
    return Optional.ofNullable(same.get(name)).or(() -> Optional.ofNullable(made.get(name)));
  }

  /**
   * Takes an item for the one that was there before.
   *
   * @return whether it is another one
   */
  private boolean keep(String name, Item item) throws OversizedException {
    Item old = before.remove(name);
    if (old != null) {
      memory -= WorkspaceBounds.memory(name, old);
    }
    count(name, item);
    if (item.equals(old)) {
      same.put(name, old);
      return false;
    }
    made.put(name, item);
    return true;
  }

  private void file(String name, int mode, InputStream content) throws IOException {
    int number = copies.size();
    Path copy = copy(number);
    Item item;
    var hashed = new HashingInputStream(Hashing.sha256(), content);
    try (OutputStream output = disk.write(copy)) {
      bytes += ByteStreams.limit(hashed, bounds.bytes() - bytes + 1).transferTo(output);
      if (bytes > bounds.bytes()) {
        throw oversized();
      }
      item = new Item("file", hashed.hash().toString(), mode);
    }
    if (keep(name, item)) {
      copies.put(name, number);
    } else {
      Files.delete(copy);
    }
  }

  private Path copy(int number) {
    return aside.resolve(Integer.toString(number));
  }

  /** A name inside the workspace, without what does not matter. */
  private String name(String raw) throws IOException {
    Path path = path(raw).normalize();
    if (path.isAbsolute() || path.startsWith("..")) {
      throw new IOException("the pod sent a file outside of the workspace: " + raw);
    }
    if (path.getNameCount() > bounds.depth()) {
      throw new OversizedException(
          "the workspace has become more than %d folders deep".formatted(bounds.depth()));
    }
    return path.toString();
  }

  private static Path path(String raw) throws IOException {
    try {
      return Path.of(raw);
    } catch (InvalidPathException e) {
      throw new IOException("the pod sent a name that no file here can have: " + raw, e);
    }
  }

  private void apply() throws IOException {
    remove();
    for (Map.Entry<String, Item> entry : made.entrySet()) {
      Item item = entry.getValue();
      Path place = place(entry.getKey());
      switch (item.kind()) {
        case "folder" -> {
          if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            Files.deleteIfExists(place);
            Files.createDirectory(place);
          }
        }
        case "link" -> {
          WrittenTree.remove(place);
          Files.createSymbolicLink(place, Path.of(item.content()));
        }
        default -> {
          if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            WrittenTree.remove(place);
          }
          Path copy = content(entry.getKey());
          Files.setAttribute(copy, "unix:mode", item.mode(), LinkOption.NOFOLLOW_LINKS);
          Files.move(copy, place, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    }
    openFolders();
  }

  /** The bytes of a file that has changed, ready to be moved. */
  private Path content(String name) throws IOException {
    Integer own = copies.get(name);
    if (own != null) {
      return copy(own);
    }
    Path first = place(Objects.requireNonNull(sameAs.get(name)));
    if (!Files.isRegularFile(first, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException("\"" + name + "\" is to be the same as what is no file");
    }
    Path copy = aside.resolve("copy");
    try (InputStream bytes = Files.newInputStream(first, LinkOption.NOFOLLOW_LINKS);
        OutputStream output = disk.write(copy)) {
      bytes.transferTo(output);
    }
    return copy;
  }

  /** Takes away what the step has removed, the innermost first. */
  private void remove() throws IOException {
    for (Map.Entry<String, Item> old : before.reversed().entrySet()) {
      Path place = place(old.getKey());
      if (!old.getValue().kind().equals("folder")) {
        Files.deleteIfExists(place);
      } else if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS) && isEmpty(place)) {
        Files.delete(place);
      }
    }
  }

  private static boolean isEmpty(Path folder) throws IOException {
    try (Stream<Path> inside = Files.list(folder)) {
      return inside.findAny().isEmpty();
    }
  }

  /** Folders get their permissions when all that is in them is there. */
  private void openFolders() throws IOException {
    for (Map.Entry<String, Item> entry : made.entrySet()) {
      Item item = entry.getValue();
      if (item.kind().equals("folder")) {
        Files.setAttribute(
            place(entry.getKey()), "unix:mode", item.mode() | 0700, LinkOption.NOFOLLOW_LINKS);
      }
    }
  }

  /** Where a name lies; the way there is made of folders and no links. */
  private Path place(String name) throws IOException {
    Path place = workspace;
    for (Path part : Path.of(name)) {
      if (Files.notExists(place, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(place); // a step beside this one has removed it
      }
      if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
        throw new IOException("the way to \"" + name + "\" leads over what is no folder");
      }
      place = place.resolve(part);
    }
    return place;
  }
}
