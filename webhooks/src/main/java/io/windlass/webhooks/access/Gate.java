package io.windlass.webhooks.access;

import java.net.URI;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Decides whether a request may go on. Pure over what the request says of itself.
 *
 * <p>The token opens under whatever name the server was reached, as a Prometheus reaches a pod by
 * its address: no page of another name has it. Without it, three checks, in this order: the {@code
 * Host} must be one of ours, or a page of another name could reach a server on loopback (DNS
 * rebinding); a session must prove who asks; and a change asked for by cookie must come from our
 * own origin (CSRF), which browsers tell by {@code Sec-Fetch-Site}, older ones by {@code Origin}.
 */
public final class Gate {
  private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");

  /** What a request says of itself. */
  public record Asked(
      String method,
      String host,
      Optional<String> authorization,
      Optional<String> sessionCookie,
      Optional<String> secFetchSite,
      Optional<String> origin) {}

  /** The gate's answer. */
  public sealed interface Verdict {
    /** Go on. */
    record Open() implements Verdict {}

    /** Nobody has proved who asks. */
    record Unknown() implements Verdict {}

    /** It is known who asks, but not so. */
    record Refused(String reason) implements Verdict {}
  }

  private final AdminToken token;
  private final Sessions sessions;
  private final Set<String> hosts;

  /**
   * @param url the server's address as users reach it
   * @param listenHost the address it listens on
   */
  public Gate(AdminToken token, Sessions sessions, URI url, String listenHost) {
    this.token = token;
    this.sessions = sessions;
    this.hosts =
        Stream.of(url.getHost(), listenHost, "localhost", "127.0.0.1", "[::1]")
            .filter(host -> host != null && !host.isEmpty())
            .map(host -> host.toLowerCase(Locale.ROOT))
            .collect(Collectors.toUnmodifiableSet());
  }

  /** Decides about a request that needs to be known. */
  public Verdict decide(Asked asked) {
    if (asked.authorization().filter(this::bearsTheToken).isPresent()) {
      return new Verdict.Open();
    }
    if (!knownHost(asked.host())) {
      return new Verdict.Refused(
          "this server does not answer for the host '"
              + asked.host()
              + "'; reach it by the name in server.url of the server's file");
    }
    if (asked.authorization().isPresent()) {
      return new Verdict.Unknown();
    }
    if (asked.sessionCookie().filter(sessions::valid).isEmpty()) {
      return new Verdict.Unknown();
    }
    if (!SAFE.contains(asked.method()) && !fromOurPages(asked)) {
      return new Verdict.Refused(
          "a change by a browser must come from this server's own pages; open the page again and repeat");
    }
    return new Verdict.Open();
  }

  /** Whether a form sent without a session (the login) comes from our own pages. */
  public boolean fromOurPages(Asked asked) {
    if (asked.secFetchSite().isPresent()) {
      String site = asked.secFetchSite().get();
      return site.equals("same-origin") || site.equals("none");
    }
    return asked.origin().map(origin -> sameHost(origin, asked.host())).orElse(false);
  }

  private boolean bearsTheToken(String header) {
    return header.regionMatches(true, 0, "Bearer ", 0, 7)
        && token.matches(header.substring(7).strip());
  }

  private boolean knownHost(String host) {
    return hosts.contains(withoutPort(host).toLowerCase(Locale.ROOT));
  }

  private static boolean sameHost(String origin, String host) {
    try {
      return host.equalsIgnoreCase(URI.create(origin).getAuthority());
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static String withoutPort(String host) {
    int colon = host.lastIndexOf(':');
    return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
  }
}
