package io.windlass.webhooks.server;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The server's data directory with the rights that it should have: steps and replicas, which run as
 * users of their own, must pass through it to what they are given, and may neither list it nor read
 * the database and the logs.
 */
final class DataDirectory {
  private static final String PASSABLE = "rwx--x--x";
  private static final String PRIVATE = "rwx------";
  private static final String PRIVATE_FILE = "rw-------";

  private DataDirectory() {}

  /** Makes the directory, or corrects the rights of one that is there. */
  static Path prepare(Path directory) throws IOException {
    Files.createDirectories(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(PASSABLE));
    Path logs = Files.createDirectories(directory.resolve("logs"));
    Files.setPosixFilePermissions(logs, PosixFilePermissions.fromString(PRIVATE));
    // SQLite gives the files beside the database the database's own rights.
    Path database = directory.resolve("windlass.db");
    try {
      Files.createFile(
          database,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(PRIVATE_FILE)));
    } catch (FileAlreadyExistsException e) {
      Files.setPosixFilePermissions(database, PosixFilePermissions.fromString(PRIVATE_FILE));
    }
    return directory;
  }
}
