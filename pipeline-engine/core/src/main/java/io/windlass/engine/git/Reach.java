package io.windlass.engine.git;

import io.windlass.engine.git.GitException.Fault;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Set;

/**
 * Which addresses a configured host may turn out to have: never the cloud's metadata, and plain
 * http only to ourselves.
 */
final class Reach {
  /** Metadata services that are not link-local: AWS over IPv6, Alibaba, Oracle. */
  private static final Set<String> METADATA =
      Set.of("fd00:ec2:0:0:0:0:0:254", "100.100.100.200", "192.0.0.192");

  private Reach() {}

  static void check(CloneUrl url) throws GitException {
    if (url.scheme() == CloneUrl.Scheme.FILE) {
      return;
    }
    InetAddress[] addresses;
    try {
      addresses = InetAddress.getAllByName(url.host());
    } catch (UnknownHostException unknown) {
      throw new GitException(
          Fault.WORLD,
          "Tried to reach "
              + url
              + " but its host has no address; check the name and this machine's resolver",
          unknown);
    }
    for (InetAddress address : addresses) {
      if (isForbidden(address)) {
        throw new GitException(
            Fault.SETUP,
            "Tried to reach "
                + url
                + " but its host has the address "
                + address.getHostAddress()
                + ", which belongs to the machine or its cloud; configure the repository's real host");
      }
      if (url.scheme() == CloneUrl.Scheme.HTTP && !address.isLoopbackAddress()) {
        throw new GitException(
            Fault.SETUP,
            "Tried to reach " + url + " but plain http is only for this machine itself; use https");
      }
    }
  }

  static boolean isForbidden(InetAddress address) {
    return address.isLinkLocalAddress()
        || address.isAnyLocalAddress()
        || address.isMulticastAddress()
        || METADATA.contains(address.getHostAddress().replaceAll("%.*", ""));
  }
}
