package io.windlass.engine.local.protocol;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Where a running keeper listens on TCP, as it wrote it to its directory. The protocol is not among
 * these: see {@link Control}.
 *
 * @param port of its {@code /metrics} on 127.0.0.1
 * @param pid of the keeper
 * @param routes ports at which the routes are served, in the order of the settings
 */
public record Address(int port, long pid, List<Integer> routes) {
  public Address {
    routes = List.copyOf(routes);
  }

  /** Name of the file within the keeper's directory that holds this record. */
  public static final String FILE = "keeper.json";

  public static Address of(Path keeperDirectory) throws IOException {
    return Json.read(Files.readAllBytes(keeperDirectory.resolve(FILE)), Address.class);
  }
}
