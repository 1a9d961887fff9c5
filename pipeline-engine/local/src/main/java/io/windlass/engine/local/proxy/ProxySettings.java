package io.windlass.engine.local.proxy;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * How the proxy listens and how patient it is.
 *
 * @param listen the addresses to listen on; port 0 takes a free one
 * @param inheritSocket also (or only, with an empty {@code listen}) serve the listening socket that
 *     is this process's standard input. This is how a systemd socket unit ({@code Accept=no}) hands
 *     a privileged port to a service with {@code StandardInput=socket}
 * @param trusted whose forwarding headers ({@code Forwarded}, {@code X-Forwarded-*}) are believed
 *     and passed on; those of everybody else are dropped
 */
public record ProxySettings(
    List<InetSocketAddress> listen,
    boolean inheritSocket,
    List<AddressRange> trusted,
    Timeouts timeouts,
    Limits limits) {

  public ProxySettings {
    listen = List.copyOf(listen);
    trusted = List.copyOf(trusted);
    if (listen.isEmpty() && !inheritSocket) {
      throw new IllegalArgumentException(
          "Tried to configure the proxy but it has nowhere to listen; give an address or an inherited socket");
    }
  }

  /** Defaults for everything but the addresses. */
  public static ProxySettings listeningOn(InetSocketAddress... listen) {
    return new ProxySettings(List.of(listen), false, List.of(), Timeouts.DEFAULT, Limits.DEFAULT);
  }

  /** A free port on the loopback address. */
  public static ProxySettings onLoopback() {
    return listeningOn(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  public ProxySettings withTrusted(AddressRange... ranges) {
    return new ProxySettings(listen, inheritSocket, List.of(ranges), timeouts, limits);
  }

  public ProxySettings withTimeouts(Timeouts other) {
    return new ProxySettings(listen, inheritSocket, trusted, other, limits);
  }

  public ProxySettings withLimits(Limits other) {
    return new ProxySettings(listen, inheritSocket, trusted, timeouts, other);
  }

  public ProxySettings withInheritedSocket() {
    return new ProxySettings(listen, true, trusted, timeouts, limits);
  }
}
