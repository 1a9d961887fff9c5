package io.windlass.engine.local.state;

import io.windlass.engine.local.protocol.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where {@link KeeperState} lies. */
public final class StateFile {
  private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");

  private final Path file;

  public StateFile(Path file) {
    this.file = file;
  }

  /** As it was written last, or empty where nothing was. */
  public KeeperState read() throws IOException {
    if (Files.notExists(file)) {
      return KeeperState.empty(bootId());
    }
    KeeperState state = Json.read(Files.readAllBytes(file), KeeperState.class);
    if (state.version() != KeeperState.VERSION) {
      throw new IOException(
          "Tried to read the keeper's state \""
              + file
              + "\" but it is of version "
              + state.version()
              + " and this keeper knows "
              + KeeperState.VERSION
              + "; start the keeper that wrote it");
    }
    return state;
  }

  /** On disk when this returns. */
  public void write(KeeperState state) throws IOException {
    Durable.write(file, Json.write(state));
  }

  /** The machine's present boot; another text after every start of the kernel. */
  public static String bootId() throws IOException {
    return Files.readString(BOOT).strip();
  }
}
