import io.windlass.engine.local.proxy.Backend;
import io.windlass.engine.local.proxy.Proxy;
import io.windlass.engine.local.proxy.ProxySettings;
import io.windlass.engine.local.proxy.Route;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;

/** The proxy alone, with one replica behind it. Arguments: the port to listen on, the replica's port. Ends with its input. */
final class Serve {

  public static void main(String[] ports) throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int listen = Integer.parseInt(ports[0]);
    int replica = Integer.parseInt(ports[1]);
    try (Proxy proxy =
        new Proxy(ProxySettings.listeningOn(new InetSocketAddress(loopback, listen)))) {
      proxy.routes(
          List.of(
              new Route(
                  Optional.empty(),
                  "/",
                  "bench",
                  List.of(
                      Backend.ready("r1", "1", new InetSocketAddress(loopback, replica))))));
      proxy.start();
      while (System.in.read() >= 0) {
        // Until whoever started us is done.
      }
      System.out.println(proxy.stats().releases());
    }
  }
}
