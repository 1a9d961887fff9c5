package io.windlass.engine.local.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Finds out what keeps a process from this machine's loopback, by listening there and trying to
 * connect.
 */
final class LoopbackProbe {
  private static final String CONNECT = "exec 4<>/dev/tcp/127.0.0.1/\"$0\"";
  private static final String CANNOT_CONNECT = "! (" + CONNECT + ")";

  private final String name;
  private final Optional<Integer> user;

  /**
   * For one keeper.
   *
   * @param name that no other keeper of the machine has
   * @param user whom to be; empty: the keeper's own
   */
  LoopbackProbe(String name, Optional<Integer> user) {
    this.name = name;
    this.user = user;
  }

  /** Whether the firewall keeps the user out, who came through without it. */
  boolean filters() {
    LoopbackFilter filter = LoopbackFilter.of(name + "-probe", true, List.of(), List.of());
    try (ServerSocket listening = listening()) {
      List<String> call = call(listening, List.of());
      if (!Isolation.works(call)) {
        return false;
      }
      filter.open(List.of());
      filter.confine(
          "probe", new LoopbackFilter.Confined(user.orElseThrow(), Optional.empty(), false));
      return !Isolation.works(call);
    } catch (IOException e) {
      return false;
    } finally {
      filter.release("probe");
      filter.close();
    }
  }

  /** Whether a process in such a network runs, and does not reach the machine's loopback. */
  boolean separates(OwnNetwork maker) {
    List<String> sandboxed =
        new ArrayList<>(
            List.of("/usr/bin/bwrap", "--unshare-user", "--unshare-pid", "--uid", "1", "--gid"));
    sandboxed.addAll(List.of("1", "--ro-bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--"));
    try (ServerSocket listening = listening();
        HeldNetwork network = maker.make(user)) {
      return Isolation.works(network.entering(call(listening, sandboxed, CANNOT_CONNECT)));
    } catch (IOException e) {
      return false;
    }
  }

  private static ServerSocket listening() throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    return socket;
  }

  private List<String> call(ServerSocket listening, List<String> inside) {
    return call(listening, inside, CONNECT);
  }

  private List<String> call(ServerSocket listening, List<String> inside, String script) {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("/bin/sh", "-c", "exec \"$@\" 3</dev/null", "sh"));
    user.ifPresent(u ->
        line.addAll(
            List.of("/usr/bin/setpriv", "--reuid=" + u, "--regid=" + u, "--clear-groups", "--")));
    line.addAll(inside);
    line.addAll(List.of("/bin/bash", "-c", script, Integer.toString(listening.getLocalPort())));
    return line;
  }
}
