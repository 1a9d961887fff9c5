package io.windlass.engine.secret;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;

/**
 * The file that holds the keys: one line {@code id base64} for each, the first for what is sealed
 * from now on, the others for what was sealed before. Readable by its owner alone. Whoever loses it
 * loses the secrets; it is not in the database's copies on purpose.
 */
final class KeyFile {
  private static final int KEY_BYTES = 32;
  private static final Set<PosixFilePermission> OTHERS =
      EnumSet.complementOf(
          EnumSet.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));

  private final Path path;
  private final SequencedMap<String, byte[]> keys;

  private KeyFile(Path path, SequencedMap<String, byte[]> keys) {
    this.path = path;
    this.keys = keys;
  }

  /** Reads the file, or makes it with a fresh key when it is not there. */
  static KeyFile open(Path path) throws IOException {
    if (!Files.exists(path)) {
      make(path);
    }
    Set<PosixFilePermission> allowed = Files.getPosixFilePermissions(path);
    if (allowed.stream().anyMatch(OTHERS::contains)) {
      throw new IOException(
          "Tried to use the key file '"
              + path
              + "' but its mode is "
              + PosixFilePermissions.toString(allowed)
              + "; run: chmod 600 "
              + path);
    }
    return new KeyFile(path, parse(path));
  }

  private static SequencedMap<String, byte[]> parse(Path path) throws IOException {
    var keys = new LinkedHashMap<String, byte[]>();
    for (String line : Files.readAllLines(path)) {
      if (line.isBlank() || line.startsWith("#")) {
        continue;
      }
      String[] parts = line.strip().split("\\s+", -1);
      byte[] key = parts.length == 2 ? decoded(parts[1]) : new byte[0];
      if (key.length != KEY_BYTES) {
        throw damaged(
            path, "line " + (keys.size() + 1) + " of its keys is not an id and 32 bytes in base64");
      }
      keys.put(parts[0], key);
    }
    if (keys.isEmpty()) {
      throw damaged(path, "there is no key in it");
    }
    return keys;
  }

  private static byte[] decoded(String base64) {
    try {
      return Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException _) {
      return new byte[0];
    }
  }

  private static IOException damaged(Path path, String cause) {
    return new IOException(
        "Tried to read the key file '" + path + "' but " + cause + "; restore it from a copy");
  }

  /** Makes the file under another name first, so that nobody ever reads half of it. */
  private static void make(Path path) throws IOException {
    var random = new SecureRandom();
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    byte[] id = new byte[4];
    random.nextBytes(id);
    String text =
        "# The keys of Windlass's secrets. Keep a copy in a safe place, apart from the database's.\n"
            + HexFormat.of().formatHex(id)
            + " "
            + Base64.getEncoder().encodeToString(key)
            + "\n";
    Path draft =
        Files.createTempFile(
            path.toAbsolutePath().getParent(),
            path.getFileName().toString(),
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
      channel.force(true);
    }
    try {
      Files.createLink(
          path, draft); // unlike a move, this never takes the place of a key that is there
    } catch (FileAlreadyExistsException _) {
      // another process was first: its key counts
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  Map.Entry<String, byte[]> current() {
    return keys.firstEntry();
  }

  Optional<byte[]> key(String id) {
    return Optional.ofNullable(keys.get(id));
  }

  @Override
  public String toString() {
    return path.toString();
  }
}
