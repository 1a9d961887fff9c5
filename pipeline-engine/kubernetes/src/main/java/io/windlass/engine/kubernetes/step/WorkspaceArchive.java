package io.windlass.engine.kubernetes.step;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingInputStream;
import com.google.common.hash.HashingOutputStream;
import com.google.common.io.ByteStreams;
import com.google.common.io.CountingOutputStream;
import java.io.BufferedOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.regex.Pattern;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;

/**
 * Packs a workspace for a pod: a tar stream of the folders under their paths there, and last an
 * index of what was in the workspace, which comes back with the files and says what the step has
 * changed.
 */
final class WorkspaceArchive {
  /** Where the index lies in the archive and in the pod. */
  static final String INDEX = StepNames.CONTROL.substring(1) + "/index.json";

  static final ObjectMapper JSON = JsonMapper.builder().build();

  /** Remembers no name, since there are as many as files, and leaves what it reads from open. */
  private static final ObjectReader INDEX_READER =
      JsonMapper.builder(
              JsonFactory.builder()
                  .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
                  .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
                  .build())
          .build()
          .reader()
          .without(JsonParser.Feature.AUTO_CLOSE_SOURCE);

  private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

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
   * @param list a file for the index while it grows, since it may be larger than memory has room
   *     for; made here and left
   * @param unchanged held while the workspace is read, so that nobody changes it then
   * @return the SHA-256 of the index
   * @throws OversizedException when the workspace is larger than it may be in a pod
   */
  static String pack(
      Path workspace,
      List<Path> readOnly,
      WorkspaceBounds bounds,
      OutputStream output,
      Path list,
      Lock unchanged)
      throws IOException, InterruptedException {
    var tar = new TarArchiveOutputStream(output, RECORD, "UTF-8");
    tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
    tar.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
    tar.setAddPaxHeadersForNonAsciiNames(true);
    String hash;
    unchanged.lockInterruptibly();
    try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(list))) {
      var index = new Index(workspace, bounds, file);
      new Packing(tar, workspace, Path.of(StepNames.WORKSPACE), index, bounds).all();
      hash = index.end();
    } finally {
      unchanged.unlock();
    }
    for (Path folder : readOnly) {
      new Packing(tar, folder, folder.toAbsolutePath(), (_, _) -> {}, bounds).all();
    }
    var entry = new TarArchiveEntry(INDEX);
    entry.setSize(Files.size(list));
    tar.putArchiveEntry(entry);
    Files.copy(list, tar);
    tar.closeArchiveEntry();
    tar.finish();
    output.flush();
    return hash;
  }

  /** What an entry counts for, so that many empty ones are no way around a limit. */
  static long bytes(String name, long content) {
    return ENTRY_BYTES + name.length() + content;
  }

  /** Takes the items of an index one after the other. */
  interface Items {
    void add(String name, Item item) throws IOException;
  }

  /** The index while it grows, as it will be sent. */
  private static final class Index implements Items {
    private final Path workspace;
    private final WorkspaceBounds bounds;
    private long memory;
    private final HashingOutputStream hashed;
    private final CountingOutputStream bytes;
    private final JsonGenerator json;

    Index(Path workspace, WorkspaceBounds bounds, OutputStream output) throws IOException {
      this.workspace = workspace;
      this.bounds = bounds;
      this.hashed = new HashingOutputStream(Hashing.sha256(), output);
      this.bytes = new CountingOutputStream(hashed);
      this.json = JSON.createGenerator(bytes);
      json.writeStartObject();
    }

    @Override
    public void add(String name, Item item) throws IOException {
      json.writeObjectFieldStart(name);
      json.writeStringField("kind", item.kind());
      json.writeStringField("content", item.content());
      json.writeNumberField("mode", item.mode());
      json.writeEndObject();
      memory += WorkspaceBounds.memory(name, item);
      check();
    }

    private void check() throws OversizedException {
      if (bytes.getCount() > bounds.indexBytes() || memory > bounds.memory()) {
        throw new OversizedException(
            "\"%s\" has too many files: a list of them takes more than %d bytes, or %d of memory"
                .formatted(workspace, bounds.indexBytes(), bounds.memory()));
      }
    }

    /** Writes the end; gives the SHA-256 of it all. */
    String end() throws IOException {
      json.writeEndObject();
      json.close();
      check();
      return hashed.hash().toString();
    }
  }

  /**
   * Writes one folder, all that is below it. Each folder is opened in the one that it was found in,
   * and nothing is opened over a link, so that whoever changes the way to a file while this goes on
   * does not lead it to another.
   */
  private static final class Packing {
    private final TarArchiveOutputStream tar;
    private final Path root;
    private final Path inPod;
    private final Items index;
    private final WorkspaceBounds bounds;
    private long bytes;

    Packing(
        TarArchiveOutputStream tar, Path root, Path inPod, Items index, WorkspaceBounds bounds) {
      this.tar = tar;
      this.root = root;
      this.inPod = inPod;
      this.index = index;
      this.bounds = bounds;
    }

    void all() throws IOException {
      try (DirectoryStream<Path> top = Files.newDirectoryStream(root)) {
        inside((SecureDirectoryStream<Path>) top, Path.of(""), 0);
      }
    }

    private void inside(SecureDirectoryStream<Path> folder, Path at, int depth) throws IOException {
      if (depth > bounds.depth()) {
        throw new OversizedException(
            "\"%s\" is more than %d folders deep at \"%s\"".formatted(root, bounds.depth(), at));
      }
      for (Path found : folder) {
        Path name = found.getFileName();
        try {
          entry(folder, name, at.resolve(name), depth);
        } catch (NoSuchFileException e) {
          // Another step has removed it meanwhile.
        }
      }
    }

    private void entry(SecureDirectoryStream<Path> folder, Path name, Path path, int depth)
        throws IOException {
      PosixFileAttributes attributes =
          folder
              .getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
              .readAttributes();
      if (attributes.isDirectory()) {
        try (SecureDirectoryStream<Path> below =
            folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
          folder(path, attributes);
          inside(below, path, depth + 1);
        }
      } else if (attributes.isSymbolicLink()) {
        link(path);
      } else if (attributes.isRegularFile()) {
        try (var content =
            Channels.newInputStream(
                folder.newByteChannel(
                    name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)))) {
          file(path, attributes, content);
        }
      }
    }

    private void folder(Path path, PosixFileAttributes attributes) throws IOException {
      count(path, 0);
      // The step must be able to write where the server can.
      int mode = mode(attributes) | 0700;
      var entry = new TarArchiveEntry(name(path) + "/");
      entry.setMode(mode);
      entry.setModTime(attributes.lastModifiedTime());
      tar.putArchiveEntry(entry);
      tar.closeArchiveEntry();
      index.add(path.toString(), new Item("folder", "", mode));
    }

    private void link(Path path) throws IOException {
      count(path, 0);
      // Links cannot be read from an open folder; of another one, no more than its target is told.
      String target = Files.readSymbolicLink(root.resolve(path)).toString();
      var entry = new TarArchiveEntry(name(path), TarConstants.LF_SYMLINK);
      entry.setLinkName(target);
      tar.putArchiveEntry(entry);
      tar.closeArchiveEntry();
      index.add(path.toString(), new Item("link", target, 0));
    }

    private void file(Path path, PosixFileAttributes attributes, InputStream content)
        throws IOException {
      count(path, attributes.size());
      int mode = mode(attributes);
      var entry = new TarArchiveEntry(name(path));
      entry.setSize(attributes.size());
      entry.setMode(mode);
      entry.setModTime(attributes.lastModifiedTime());
      tar.putArchiveEntry(entry);
      var hashed = new HashingInputStream(Hashing.sha256(), content);
      exactly(hashed, attributes.size()).transferTo(tar);
      tar.closeArchiveEntry();
      index.add(path.toString(), new Item("file", hashed.hash().toString(), mode));
    }

    private void count(Path path, long content) throws OversizedException {
      bytes += WorkspaceArchive.bytes(name(path), content);
      if (bytes > bounds.bytes()) {
        throw new OversizedException(
            "\"%s\" holds more than the %d bytes that a step's workspace may have"
                .formatted(root, bounds.bytes()));
      }
    }

    private String name(Path path) {
      return inPod.resolve(path).toString().substring(1);
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
  }

  /** The permissions' nine bits, as {@code chmod} counts them. */
  private static int mode(PosixFileAttributes attributes) {
    int mode = 0;
    for (char flag : PosixFilePermissions.toString(attributes.permissions()).toCharArray()) {
      mode = mode << 1 | (flag == '-' ? 0 : 1);
    }
    return mode;
  }

  /** Reads an index as it came back, item by item; leaves the stream at its end. */
  static void index(InputStream json, Items items) throws IOException {
    try (JsonParser parser = INDEX_READER.createParser(json)) {
      expect(JsonToken.START_OBJECT, parser.nextToken());
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        items.add(name, known(name, parser.readValueAs(Item.class)));
      }
      expect(JsonToken.END_OBJECT, parser.currentToken());
    }
    json.transferTo(OutputStream.nullOutputStream());
  }

  /** An item as {@link #pack} writes it. */
  private static Item known(String name, @Nullable Item item) throws IOException {
    boolean known =
        item != null
            && item.kind() != null
            && item.content() != null
            && switch (item.kind()) {
              case "file" -> SHA_256.matcher(item.content()).matches();
              case "folder" -> item.content().isEmpty();
              case "link" -> true;
              default -> false;
            };
    if (item == null || !known) {
      throw new IOException("the pod sent an index with \"" + name + "\", which is nothing known");
    }
    return item;
  }

  private static void expect(JsonToken wanted, @Nullable JsonToken found) throws IOException {
    if (found != wanted) {
      throw new IOException("the pod sent an index that is none");
    }
  }

  /** A workspace is larger than the operator allows. */
  static final class OversizedException extends IOException {
    private static final long serialVersionUID = 1L;

    OversizedException(String message) {
      super(message);
    }
  }
}
