package io.windlass.engine.local.replica;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Set;

/**
 * Ports for replicas, below the range that Linux takes outgoing connections' from, so that none is
 * taken between its choice and its use.
 */
public final class Ports {
  private static final int FIRST = 20_000;
  private static final int COUNT = 12_000;

  private int next;

  /**
   * Chooses from a place in the range that differs between starts of the keeper.
   *
   * @param start any number
   */
  public Ports(long start) {
    this.next = Math.floorMod(start, COUNT);
  }

  /** A port that nobody listens at. */
  public synchronized int free(Set<Integer> taken) throws IOException {
    for (int i = 0; i < COUNT; i++) {
      int port = FIRST + next;
      next = (next + 1) % COUNT;
      if (!taken.contains(port) && bindable(port)) {
        return port;
      }
    }
    throw new IOException("Tried to give a replica a port but all from " + FIRST + " on are taken");
  }

  private static boolean bindable(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
