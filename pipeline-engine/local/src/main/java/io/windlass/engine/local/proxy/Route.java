package io.windlass.engine.local.proxy;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which requests go to which replicas.
 *
 * <p>The most specific host wins (the exact name, then the longest wildcard, then no host); among
 * its routes the longest path prefix. Where a host has no route for the path, the next less
 * specific host is asked.
 *
 * @param host {@code shop.example.com}, or {@code *.example.com} for every name below it at any
 *     depth, or empty for every host; without a port; letter case does not matter
 * @param pathPrefix {@code /} or a prefix that matches on the borders of segments: {@code /api}
 *     matches {@code /api} and {@code /api/x}, not {@code /apis}; a slash at the end does not
 *     matter
 * @param fleet the fleet's id as text, for the counters
 * @param backends the fleet's replicas; empty is answered with 503
 * @param weight how requests are divided between releases; empty: they go to whichever replica has
 *     the fewest
 */
public record Route(
    Optional<String> host,
    String pathPrefix,
    String fleet,
    List<Backend> backends,
    Optional<Weight> weight) {

  private static final Pattern HOST =
      Pattern.compile(
          "(\\*\\.)?[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*");

  public Route {
    host = host.map(Route::normalHost);
    pathPrefix = normalPrefix(pathPrefix);
    backends = List.copyOf(backends);
  }

  /** A route whose requests go to whichever replica has the fewest. */
  public Route(Optional<String> host, String pathPrefix, String fleet, List<Backend> backends) {
    this(host, pathPrefix, fleet, backends, Optional.empty());
  }

  /** A route for every path of a host. */
  public static Route of(String host, String fleet, List<Backend> backends) {
    return new Route(Optional.of(host), "/", fleet, backends);
  }

  private static String normalHost(String host) {
    String name = host.toLowerCase(Locale.ROOT);
    if (!HOST.matcher(name).matches() && !name.matches("\\[[0-9a-f:.]+]")) {
      throw new IllegalArgumentException(
          "Tried to read a route but its host \"%s\" is not a name; write \"shop.example.com\" or \"*.example.com\""
              .formatted(host));
    }
    return name;
  }

  private static String normalPrefix(String prefix) {
    if (!prefix.startsWith("/") || prefix.contains("?") || prefix.contains("#")) {
      throw new IllegalArgumentException(
          "Tried to read a route but its path \"%s\" does not start with a slash or has a query; write \"/\" or \"/api\""
              .formatted(prefix));
    }
    int end = prefix.length();
    while (end > 1 && prefix.charAt(end - 1) == '/') {
      end--;
    }
    return prefix.substring(0, end);
  }
}
