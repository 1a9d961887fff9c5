package io.windlass.engine.local.keeper;

import io.windlass.engine.local.protocol.Address;
import io.windlass.engine.local.protocol.Control;
import io.windlass.engine.local.protocol.Json;
import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.local.state.Durable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;

/**
 * Being the keeper of a directory: there is one at a time, it has a name that stays, and a socket
 * that its clients find it at.
 */
final class Standing implements AutoCloseable {
  /** For the keeper before to let go, as in an upgrade. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Path directory;
  private final FileChannel lock;
  private final Optional<Address> before;

  private Standing(Path directory, FileChannel lock, Optional<Address> before) {
    this.directory = directory;
    this.lock = lock;
    this.before = before;
  }

  static Standing take(Path directory) throws IOException, InterruptedException {
    FileChannel channel =
        FileChannel.open(
            directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    long giveUp = System.nanoTime() + PATIENCE.toNanos();
    while (!locked(channel)) {
      if (System.nanoTime() - giveUp > 0) {
        channel.close();
        throw new IOException("another keeper has that directory; stop it first");
      }
      Thread.sleep(Duration.ofMillis(20));
    }
    Optional<Address> before =
        Files.exists(directory.resolve(Address.FILE))
            ? Optional.of(Address.of(directory))
            : Optional.empty();
    return new Standing(directory, channel, before);
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // another keeper in this very process
    }
  }

  /** Where the keeper before this one listened. */
  Optional<Address> before() {
    return before;
  }

  /** Chosen once, and no other keeper's on this machine. */
  String name() throws IOException {
    return once("name", Names.random());
  }

  /**
   * The place of the protocol's socket, free to listen at. A keeper that was killed left its own;
   * the lock says that nobody listens there any more.
   */
  Path control() throws IOException {
    Path socket = Control.socket(directory);
    Path around = Control.directory(directory);
    Trees.own(around, Optional.empty());
    // A server of another user owns the keeper's directory where the keeper is root.
    if (Trees.owner(around) != Trees.owner(directory)) {
      Trees.own(around, Optional.of(Trees.owner(directory)));
    }
    Files.deleteIfExists(socket);
    return socket;
  }

  private String once(String file, String fresh) throws IOException {
    Path path = directory.resolve(file);
    if (Files.notExists(path)) {
      Durable.write(path, fresh.getBytes(StandardCharsets.UTF_8));
    }
    return Files.readString(path).strip();
  }

  /** From now on clients find this keeper. */
  void announce(Address address) throws IOException {
    Durable.write(directory.resolve(Address.FILE), Json.write(address));
  }

  @Override
  public void close() throws IOException {
    lock.close();
  }
}
