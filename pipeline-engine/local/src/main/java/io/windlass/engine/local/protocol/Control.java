package io.windlass.engine.local.protocol;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/**
 * The Unix socket that the protocol is spoken over: {@code control/socket} in the keeper's
 * directory. Who may connect is said by the permissions of the two alone. A port of the loopback
 * would be anybody's while the keeper is away, and a client could not tell who took it.
 */
public final class Control {
  private static final String DIRECTORY = "control";
  private static final String SOCKET = "socket";

  /** The kernel's own limit on the name of a socket, in bytes. */
  private static final int LONGEST_PATH = 107;

  private static final Set<PosixFilePermission> OWNERS =
      Set.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  /** Of one request, in bytes; more is answered with status 413. */
  public static final int BODY_LIMIT = 4 << 20;

  private Control() {}

  /** The directory around the socket, which nobody but its owner may pass through. */
  public static Path directory(Path keeperDirectory) {
    return keeperDirectory.resolve(DIRECTORY);
  }

  /**
   * The socket.
   *
   * @throws IOException where its name is longer than the kernel allows
   */
  public static Path socket(Path keeperDirectory) throws IOException {
    Path socket = directory(keeperDirectory.toAbsolutePath()).resolve(SOCKET);
    int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > LONGEST_PATH) {
      throw new IOException(
          "Tried to use the socket \""
              + socket
              + "\" but its name has "
              + length
              + " bytes and Linux allows "
              + LONGEST_PATH
              + "; choose a data directory with a shorter name");
    }
    return socket;
  }

  /**
   * The socket, for a client that is about to connect: its directory belongs to this process's
   * user, to root or to whom the keeper's directory belongs, and nobody else can put anything into
   * it.
   *
   * @throws IOException where the keeper never started here, or somebody else could answer
   */
  public static Path trusted(Path keeperDirectory) throws IOException {
    Path socket = socket(keeperDirectory);
    Path around = directory(keeperDirectory);
    int owner = owner(around);
    Set<PosixFilePermission> permissions =
        Files.getPosixFilePermissions(around, LinkOption.NOFOLLOW_LINKS);
    boolean ours =
        owner == 0 || owner == owner(Path.of("/proc/self")) || owner == owner(keeperDirectory);
    if (!ours
        || !OWNERS.containsAll(permissions)
        || !Files.isDirectory(around, LinkOption.NOFOLLOW_LINKS)) {
      throw new ImpostorException(
          "Tried to reach the keeper by \""
              + socket
              + "\" but \""
              + around
              + "\" belongs to user "
              + owner
              + " with permissions "
              + permissions.stream().sorted().toList()
              + ", so that somebody else may answer there; remove it and restart the keeper");
    }
    return socket;
  }

  /** What stands where the keeper's socket should be may be somebody else's. */
  public static final class ImpostorException extends IOException {
    private static final long serialVersionUID = 1;

    ImpostorException(String message) {
      super(message);
    }
  }

  private static int owner(Path file) throws IOException {
    return (Integer) Files.getAttribute(file, "unix:uid", LinkOption.NOFOLLOW_LINKS);
  }
}
