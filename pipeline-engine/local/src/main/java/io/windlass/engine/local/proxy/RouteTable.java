package io.windlass.engine.local.proxy;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** An immutable answer to "who serves this host and path". Replaced as a whole. */
final class RouteTable {

  /** Routes of no host stand under this name, wildcards under their name without the star. */
  private static final String ANY = "";

  private final Map<String, List<Target>> exact;
  private final Map<String, List<Target>> below;

  private RouteTable(Map<String, List<Target>> exact, Map<String, List<Target>> below) {
    this.exact = exact;
    this.below = below;
  }

  static RouteTable empty() {
    return new RouteTable(Map.of(), Map.of());
  }

  static RouteTable of(List<Target> targets) {
    Map<String, List<Target>> exact = new HashMap<>();
    Map<String, List<Target>> below = new HashMap<>();
    for (Target target : targets) {
      String host = target.route().host().orElse(ANY);
      boolean wildcard = host.startsWith("*.");
      (wildcard ? below : exact)
          .computeIfAbsent(wildcard ? host.substring(1) : host, name -> new ArrayList<>())
          .add(target);
    }
    exact.values().forEach(RouteTable::longestFirst);
    below.values().forEach(RouteTable::longestFirst);
    return new RouteTable(exact, below);
  }

  private static void longestFirst(List<Target> targets) {
    targets.sort(
        Comparator.comparingInt((Target target) -> target.route().pathPrefix().length())
            .reversed());
  }

  /**
   * @param host in lower case, without a port
   * @param path decoded, with its dot segments resolved
   */
  Optional<Target> find(String host, String path) {
    Optional<Target> found = find(exact, host, path);
    int dot = below.isEmpty() ? -1 : host.indexOf('.');
    while (found.isEmpty() && dot >= 0) {
      found = find(below, host.substring(dot), path);
      dot = host.indexOf('.', dot + 1);
    }
    return found.isPresent() ? found : find(exact, ANY, path);
  }

  private static Optional<Target> find(Map<String, List<Target>> hosts, String host, String path) {
    for (Target target : hosts.getOrDefault(host, List.of())) {
      if (matches(target.route().pathPrefix(), path)) {
        return Optional.of(target);
      }
    }
    return Optional.empty();
  }

  private static boolean matches(String prefix, String path) {
    return prefix.length() == 1
        || (path.startsWith(prefix)
            && (path.length() == prefix.length() || path.charAt(prefix.length()) == '/'));
  }
}
