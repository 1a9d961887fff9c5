package io.windlass.engine.local.sandbox;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes networks for processes of their own, by pasta: such a network's loopback is nobody else's,
 * and what is sent anywhere else is sent on by pasta, which is an ordinary program of a user that
 * is no account's. So it needs no addresses and no routes of the machine, and rules for that user
 * hold for all that is sent.
 */
final class OwnNetwork {
  private static final String PASTA = "/usr/bin/pasta";

  /** As of steps, whose part of the machine's processor what they send shall come out of. */
  private static final String NICENESS = "10";

  /** Where a process asks for names when the machine's own nameserver is on its loopback. */
  private static final String FORWARDED = "169.254.1.1";

  private final Nameservers nameservers;

  OwnNetwork(Nameservers nameservers) {
    this.nameservers = nameservers;
  }

  /**
   * Makes one; returns when it can be entered.
   *
   * @param user that pasta runs as; empty: the keeper's own
   */
  HeldNetwork make(Optional<Integer> user) throws IOException {
    List<String> line = new ArrayList<>(List.of("/usr/bin/nice", "-n", NICENESS));
    user.ifPresent(u ->
        line.addAll(
            List.of(
                "/usr/bin/setpriv",
                "--reuid=" + u,
                "--regid=" + u,
                "--clear-groups",
                "--inh-caps=-all",
                "--")));
    line.addAll(List.of(PASTA, "--quiet", "--config-net"));
    // Nothing of the machine's loopback, in neither direction, also not by the gateway's address.
    line.addAll(List.of("--no-map-gw", "-t", "none", "-u", "none", "-T", "none", "-U", "none"));
    if (forwards()) {
      line.addAll(List.of("--dns-forward", FORWARDED));
    }
    line.add("--");
    return HeldNetwork.start(line, user.isPresent());
  }

  /** The {@code resolv.conf} to see inside; empty: the machine's own. */
  Optional<String> resolvConf() {
    if (!forwards()) {
      return Optional.empty();
    }
    StringBuilder text = new StringBuilder("nameserver " + FORWARDED + "\n");
    nameservers.options().forEach(o -> text.append(o).append('\n'));
    return Optional.of(text.toString());
  }

  private boolean forwards() {
    return !nameservers.onLoopback().isEmpty();
  }
}
