package io.windlass.webhooks.demo;

import io.windlass.webhooks.access.AdminToken;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.stream.Stream;

/**
 * Where the demo keeps everything: a folder of its own, two free ports on loopback, a hook's
 * secret, and the server's file that binds them.
 *
 * @param folder the folder
 * @param address the server's address
 * @param application the application's address, behind the keeper's proxy
 * @param secret the hook's secret
 */
public record DemoPlace(Path folder, URI address, URI application, String secret) {
  /** Makes the folder and what must be in it before the server starts. */
  public static DemoPlace make(Path folder, String repository, String environment)
      throws IOException {
    if (Files.isDirectory(folder)) {
      try (Stream<Path> inside = Files.list(folder)) {
        if (inside.findAny().isPresent()) {
          throw new IOException(
              "Tried to run the demo in '"
                  + folder
                  + "' but it is not empty; name another folder with --data, or remove it");
        }
      }
    }
    Files.createDirectories(folder);
    // Steps and replicas run as users of their own, who must pass through and may not look around.
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
    byte[] random = new byte[32];
    new SecureRandom().nextBytes(random);
    DemoPlace place =
        new DemoPlace(
            folder.toRealPath(),
            URI.create("http://127.0.0.1:" + freePort() + "/"),
            URI.create("http://127.0.0.1:" + freePort() + "/"),
            HexFormat.of().formatHex(random));
    place.write(repository, environment);
    return place;
  }

  /** The repository that developers push to. */
  public Path repository() {
    return folder.resolve("repository");
  }

  /** The server's file. */
  public Path config() {
    return folder.resolve("windlass-server.yaml");
  }

  /** What the server logs. */
  public Path log() {
    return folder.resolve("server.log");
  }

  /** The server's data directory. */
  public Path data() {
    return folder.resolve("data");
  }

  /** The keeper's directory. */
  public Path keeper() {
    return data().resolve("keeper");
  }

  /** The file with the admin token, there once the server has started. */
  public Path tokenFile() {
    return AdminToken.file(data());
  }

  private void write(String repository, String environment) throws IOException {
    Path secretFile = folder.resolve("hook.secret");
    Files.createFile(
        secretFile,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(secretFile, secret);
    Files.writeString(
        config(),
        """
        server: { url: "%s", listen: "127.0.0.1:%d", data: "%s" }
        targets:
          local: { keeper: { listen: "127.0.0.1:%d" } }
        scaler: { tick: 2s }
        repositories:
          %s:
            clone: "%s"
            secret: { file: "%s" }
            environments:
              %s: { target: local, branches: [main] }
        """
            .formatted(
                address,
                address.getPort(),
                data(),
                application.getPort(),
                repository,
                repository().toUri(),
                secretFile,
                environment));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
