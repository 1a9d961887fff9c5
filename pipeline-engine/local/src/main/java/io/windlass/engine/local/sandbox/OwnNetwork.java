package io.windlass.engine.local.sandbox;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A network of a process's own, made by pasta: its loopback is nobody else's, and what it sends
 * anywhere else is sent on by pasta, which is an ordinary program of the process's own user. So it
 * needs no rights, no addresses and no routes of the machine, and rules for that user hold for it.
 */
final class OwnNetwork {
  private static final String PASTA = "/usr/bin/pasta";

  /** Where a process asks for names when the machine's own nameserver is on its loopback. */
  private static final String FORWARDED = "169.254.1.1";

  private final Nameservers nameservers;

  OwnNetwork(Nameservers nameservers) {
    this.nameservers = nameservers;
  }

  /**
   * Stands before a sandbox's command. What is read from descriptor 3 goes through standard input
   * meanwhile: pasta may close all others.
   */
  List<String> prefix() {
    List<String> line = new ArrayList<>();
    // It complains about a nameserver on the loopback, which it then asks all the same.
    String quietly = forwards() ? " 2>/dev/null" : "";
    line.addAll(List.of("/bin/sh", "-c", "exec \"$@\" 0<&3 3<&-" + quietly, "sh"));
    line.addAll(List.of(PASTA, "--quiet", "--config-net"));
    // Nothing of the machine's loopback, in neither direction, also not by the gateway's address.
    line.addAll(List.of("--no-map-gw", "-t", "none", "-u", "none", "-T", "none", "-U", "none"));
    if (forwards()) {
      line.addAll(List.of("--dns-forward", FORWARDED));
    }
    line.add("--");
    // Pasta's child has a process space of its own, and bubblewrap looks itself up in /proc.
    line.addAll(List.of("/usr/bin/unshare", "--mount-proc", "--"));
    // Output and errors of a process that the keeper reads are one.
    String aloud = forwards() ? " 2>&1" : "";
    line.addAll(List.of("/bin/sh", "-c", "exec 3<&0 0</dev/null" + aloud + "; exec \"$@\"", "sh"));
    return line;
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
