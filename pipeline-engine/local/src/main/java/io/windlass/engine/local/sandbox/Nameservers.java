package io.windlass.engine.local.sandbox;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Who answers this machine's questions for names.
 *
 * @param addresses in the order that they are asked
 * @param options all other lines of the file
 */
record Nameservers(List<InetAddress> addresses, List<String> options) {
  Nameservers {
    addresses = List.copyOf(addresses);
    options = List.copyOf(options);
  }

  /** As {@code /etc/resolv.conf} says; what cannot be understood there is nobody's address. */
  static Nameservers of(Path file) {
    List<InetAddress> addresses = new ArrayList<>();
    List<String> options = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(file)) {
        String[] words = line.strip().split("\\s+", -1);
        if (words[0].equals("nameserver") && words.length > 1) {
          literal(words[1], addresses);
        } else if (!words[0].isEmpty() && !words[0].startsWith("#")) {
          options.add(line.strip());
        }
      }
    } catch (IOException e) {
      // Without the file programs ask the loopback, and so do ours.
      addresses.add(InetAddress.getLoopbackAddress());
    }
    return new Nameservers(addresses, options);
  }

  private static void literal(String address, List<InetAddress> addresses) {
    try {
      addresses.add(InetAddress.ofLiteral(address));
    } catch (IllegalArgumentException e) {
      // With a zone, or no address at all.
    }
  }

  /** Those that only this machine's own network can ask, such as systemd's. */
  List<InetAddress> onLoopback() {
    return addresses.stream().filter(InetAddress::isLoopbackAddress).toList();
  }
}
