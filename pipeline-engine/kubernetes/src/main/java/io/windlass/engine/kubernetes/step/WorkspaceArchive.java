package io.windlass.engine.kubernetes.step;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingInputStream;
import com.google.common.io.ByteStreams;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Lock;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/**
 * Packs a workspace for a pod: a tar stream of the folders under their paths there, and last an
 * index of what was in the workspace, which comes back with the files and says what the step has
 * changed.
 */
final class WorkspaceArchive {
  /** Where the index lies in the archive and in the pod. */
  static final String INDEX = StepNames.CONTROL.substring(1) + "/index.json";

  static final ObjectMapper JSON = JsonMapper.builder().build();

  static final long MOST_INDEX_BYTES = 16L << 20;

  /** What an empty file takes on a disk, about. */
  private static final long ENTRY_BYTES = 1 << 10;

  /** What GNU tar reads at a time; a shorter end makes it wait for more. */
  private static final int RECORD = 10240;

  private WorkspaceArchive() {}

  /**
   * One file, link or folder.
   *
   * @param kind {@code file}, {@code link} or {@code folder}
   * @param content the SHA-256 of a file's bytes, or where a link points
   * @param mode the permissions' nine bits
   */
  record Item(String kind, String content, int mode) {}

  /**
   * Writes the archive.
   *
   * @param unchanged held while the workspace is read, so that nobody changes it then
   * @throws OversizedException when the workspace is larger than it may be in a pod
   */
  static void pack(
      Path workspace, List<Path> readOnly, long most, OutputStream output, Lock unchanged)
      throws IOException, InterruptedException {
    var tar = new TarArchiveOutputStream(output, RECORD, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    Map<String, Item> index = new LinkedHashMap<>();
    unchanged.lockInterruptibly();
    try {
      new Packing(tar, workspace, Path.of(StepNames.WORKSPACE), index, most).all();
    } finally {
      unchanged.unlock();
    }
    for (Path folder : readOnly) {
      new Packing(tar, folder, folder.toAbsolutePath(), new LinkedHashMap<>(), most).all();
    }
    byte[] bytes = JSON.writeValueAsBytes(index);
    if (bytes.length > MOST_INDEX_BYTES) {
      throw new OversizedException(
          "\"%s\" has too many files: a list of them takes more than %d bytes"
              .formatted(workspace, MOST_INDEX_BYTES));
    }
    var entry = new TarArchiveEntry(INDEX);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
    tar.finish();
    output.flush();
  }

  /** What an entry counts for, so that many empty ones are no way around a limit. */
  static long bytes(String name, long content) {
    return ENTRY_BYTES + name.length() + content;
  }

  /** Writes one folder, all that is below it. */
  private static final class Packing extends SimpleFileVisitor<Path> {
    private final TarArchiveOutputStream tar;
    private final Path root;
    private final Path inPod;
    private final Map<String, Item> index;
    private final long most;
    private long bytes;

    Packing(TarArchiveOutputStream tar, Path root, Path inPod, Map<String, Item> index, long most) {
      this.tar = tar;
      this.root = root;
      this.inPod = inPod;
      this.index = index;
      this.most = most;
    }

    void all() throws IOException {
      Files.walkFileTree(root, this);
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
        throws IOException {
      if (!folder.equals(root)) {
        count(folder, 0);
        int mode = mode(folder);
        var entry = new TarArchiveEntry(name(folder) + "/");
        // The step must be able to write where the server can.
        entry.setMode(mode | 0700);
        entry.setModTime(attributes.lastModifiedTime());
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
        remember(folder, new Item("folder", "", mode | 0700));
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (attributes.isSymbolicLink()) {
        count(file, 0);
        var entry = new TarArchiveEntry(name(file), TarConstants.LF_SYMLINK);
        String target = Files.readSymbolicLink(file).toString();
        entry.setLinkName(target);
        tar.putArchiveEntry(entry);
        tar.closeArchiveEntry();
        remember(file, new Item("link", target, 0));
      } else if (attributes.isRegularFile()) {
        write(file, attributes);
      }
      return FileVisitResult.CONTINUE;
    }

    private void write(Path file, BasicFileAttributes attributes) throws IOException {
      int mode = mode(file);
      try (var content =
          new HashingInputStream(
              Hashing.sha256(), Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS))) {
        count(file, attributes.size());
        var entry = new TarArchiveEntry(name(file));
        entry.setSize(attributes.size());
        entry.setMode(mode);
        entry.setModTime(attributes.lastModifiedTime());
        tar.putArchiveEntry(entry);
        exactly(content, attributes.size()).transferTo(tar);
        tar.closeArchiveEntry();
        remember(file, new Item("file", content.hash().toString(), mode));
      }
    }

    private void count(Path path, long content) throws OversizedException {
      bytes += WorkspaceArchive.bytes(name(path), content);
      if (bytes > most) {
        throw new OversizedException(
            "\"%s\" holds more than the %d bytes that a step's workspace may have"
                .formatted(root, most));
      }
    }

    /** As many bytes as were promised, whatever another step does to the file meanwhile. */
    private static InputStream exactly(InputStream content, long size) {
      InputStream limited = ByteStreams.limit(content, size);
      return new FilterInputStream(limited) {
        private long missing = size;

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
          int read = super.read(buffer, offset, length);
          if (read >= 0) {
            missing -= read;
            return read;
          }
          int padding = (int) Math.min(missing, length);
          Arrays.fill(buffer, offset, offset + padding, (byte) 0);
          missing -= padding;
          return padding == 0 ? -1 : padding;
        }
      };
    }

    private void remember(Path path, Item item) {
      index.put(root.relativize(path).toString(), item);
    }

    private String name(Path path) {
      return inPod.resolve(root.relativize(path)).toString().substring(1);
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
      if (e instanceof NoSuchFileException) {
        return FileVisitResult.CONTINUE; // another step has removed it meanwhile
      }
      throw e;
    }
  }

  private static int mode(Path path) throws IOException {
    return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 0777;
  }

  /** The index as it came back. */
  static Map<String, Item> index(byte[] json) throws IOException {
    return JSON.readValue(
        json,
        JSON.getTypeFactory().constructMapType(LinkedHashMap.class, String.class, Item.class));
  }

  /** A workspace is larger than the operator allows. */
  static final class OversizedException extends IOException {
    private static final long serialVersionUID = 1L;

    OversizedException(String message) {
      super(message);
    }
  }
}
