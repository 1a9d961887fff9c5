package io.windlass.engine.local.keeper;

import io.windlass.engine.local.keeper.KeeperSettings.Routes;
import io.windlass.engine.local.protocol.Address;
import io.windlass.engine.local.proxy.AddressRange;
import io.windlass.engine.local.proxy.ProxySettings;
import io.windlass.engine.local.proxy.Timeouts;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Where the proxy listens: as configured, and where that leaves the port open, as before. */
final class Listening {
  private Listening() {}

  static ProxySettings settings(Routes routes, Optional<Address> before) {
    List<InetSocketAddress> addresses = new ArrayList<>();
    for (int i = 0; i < routes.listen().size(); i++) {
      Routes.Listen listen = routes.listen().get(i);
      List<Integer> old = before.map(Address::routes).orElse(List.of());
      int port = listen.port() == 0 && i < old.size() ? old.get(i) : listen.port();
      InetSocketAddress address = new InetSocketAddress(listen.host(), port);
      addresses.add(
          listen.port() == 0 && port != 0 && !free(address)
              ? new InetSocketAddress(listen.host(), 0)
              : address);
    }
    return new ProxySettings(
        addresses,
        routes.inheritSocket(),
        routes.trusted().stream().map(AddressRange::parse).toList(),
        Timeouts.DEFAULT,
        io.windlass.engine.local.proxy.Limits.DEFAULT);
  }

  private static boolean free(InetSocketAddress address) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(address);
      return true;
    } catch (java.io.IOException e) {
      return false;
    }
  }
}
