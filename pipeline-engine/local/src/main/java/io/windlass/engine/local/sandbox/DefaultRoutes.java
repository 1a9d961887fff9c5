package io.windlass.engine.local.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * The ways from this machine to all others. A network that was made copies them, and leads nowhere
 * once they are others.
 *
 * @param ways interface and gateway of each, in the kernel's hexadecimal
 */
record DefaultRoutes(List<String> ways) {
  private static final Path IPV4 = Path.of("/proc/net/route");
  private static final Path IPV6 = Path.of("/proc/net/ipv6_route");

  DefaultRoutes {
    ways = List.copyOf(ways);
  }

  /** Those of now; none where they cannot be read. */
  static DefaultRoutes now() {
    return of(lines(IPV4), lines(IPV6));
  }

  /** From the kernel's tables; the columns that count uses are left out. */
  static DefaultRoutes of(List<String> ipv4, List<String> ipv6) {
    Stream<String> four =
        ipv4.stream()
            .map(line -> line.split("\\s+"))
            .filter(column -> column.length > 7 && zero(column[1]) && zero(column[7]))
            .map(column -> column[0] + " " + column[2]);
    Stream<String> six =
        ipv6.stream()
            .map(line -> line.split("\\s+"))
            .filter(column -> column.length > 9 && zero(column[0]) && zero(column[1]))
            .map(column -> column[9] + " " + column[4]);
    return new DefaultRoutes(Stream.concat(four, six).sorted().toList());
  }

  private static boolean zero(String hexadecimal) {
    return hexadecimal.chars().allMatch(digit -> digit == '0');
  }

  private static List<String> lines(Path table) {
    try {
      return Files.readAllLines(table);
    } catch (IOException e) {
      return List.of();
    }
  }
}
