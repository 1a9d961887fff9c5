package io.windlass.engine.local.proxy;

import java.net.InetSocketAddress;

/**
 * One replica behind a route.
 *
 * @param replica the replica's id, unique on this machine; the same replica may stand behind
 *     several routes
 * @param release the release that it runs, as text
 * @param address where it listens; resolved
 * @param state whether it gets new requests
 */
public record Backend(
    String replica, String release, InetSocketAddress address, BackendState state) {

  public Backend {
    if (replica.isBlank()) {
      throw new IllegalArgumentException(
          "Tried to read a backend but its replica has no id; give each replica an id of its own");
    }
    if (address.isUnresolved()) {
      throw new IllegalArgumentException(
          "Tried to read backend \"%s\" but its address \"%s\" is not resolved; give an IP address"
              .formatted(replica, address));
    }
  }

  /** A replica that gets requests. */
  public static Backend ready(String replica, String release, InetSocketAddress address) {
    return new Backend(replica, release, address, BackendState.READY);
  }

  /** The same replica, which finishes what it has. */
  public Backend draining() {
    return new Backend(replica, release, address, BackendState.DRAINING);
  }
}
