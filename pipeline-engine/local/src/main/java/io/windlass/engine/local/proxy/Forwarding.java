package io.windlass.engine.local.proxy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.jspecify.annotations.Nullable;

/**
 * Which headers go on, and what is said about who asked.
 *
 * <p>Headers that concern one connection only (RFC 9110, 7.6.1) end here. What a client says about
 * where it comes from is dropped, unless it is a proxy that the operator trusts.
 */
final class Forwarding {

  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade",
          "http2-settings");

  private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:/+=@-]{1,128}");

  private final List<AddressRange> trusted;

  Forwarding(List<AddressRange> trusted) {
    this.trusted = trusted;
  }

  boolean trusts(InetAddress peer) {
    return trusted.stream().anyMatch(range -> range.contains(peer));
  }

  /**
   * Who asks: the connection's other end, or, behind proxies that we trust, the last address in
   * {@code X-Forwarded-For} that is not one of theirs.
   */
  String client(InetAddress peer, HttpFields headers) {
    InetAddress client = peer;
    List<String> chain = headers.getCSV("X-Forwarded-For", false);
    for (int i = chain.size() - 1; i >= 0 && trusts(client); i--) {
      try {
        client = InetAddress.ofLiteral(chain.get(i));
      } catch (IllegalArgumentException notAnAddress) {
        break;
      }
    }
    return client.getHostAddress();
  }

  /** The client's own, if it is one; else a new one. */
  String requestId(@Nullable String given) {
    if (given != null && REQUEST_ID.matcher(given).matches()) {
      return given;
    }
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }

  /** Writes the headers for the replica; returns about how many bytes they take. */
  long request(Exchange exchange, HttpFields.Mutable to) {
    HttpFields from = exchange.getHeaders();
    Set<String> nominated = nominated(from);
    for (HttpField field : from) {
      String name = field.getLowerCaseName();
      if (!HOP_BY_HOP.contains(name)
          && !nominated.contains(name)
          && !name.equals("x-request-id")
          && (exchange.trusted() || !tellsOrigin(name))) {
        to.add(field);
      }
    }
    to.put("X-Request-Id", exchange.requestId());
    tellOrigin(exchange, to);
    exchange
        .upgrade()
        .ifPresent(protocol -> {
          to.put(HttpHeader.CONNECTION, "Upgrade");
          to.put(HttpHeader.UPGRADE, protocol);
        });
    return size(to);
  }

  private static void tellOrigin(Exchange exchange, HttpFields.Mutable to) {
    String peer = exchange.peer().getHostAddress();
    String host = Optional.ofNullable(exchange.getHeaders().get(HttpHeader.HOST)).orElse("");
    String proto = exchange.isSecure() ? "https" : "http";
    String element =
        "for="
            + (exchange.peer() instanceof Inet6Address ? "\"[" + peer + "]\"" : peer)
            + (host.isEmpty() ? "" : ";host=" + HttpField.PARAMETER_TOKENIZER.quote(host))
            + ";proto="
            + proto;
    append(to, "X-Forwarded-For", peer);
    append(to, "Forwarded", element);
    if (!to.contains("X-Forwarded-Proto")) {
      to.put("X-Forwarded-Proto", proto);
    }
    if (!to.contains("X-Forwarded-Host") && !host.isEmpty()) {
      to.put("X-Forwarded-Host", host);
    }
  }

  private static void append(HttpFields.Mutable to, String name, String value) {
    List<String> before = to.getValuesList(name);
    to.put(name, before.isEmpty() ? value : String.join(", ", before) + ", " + value);
  }

  /** Writes the replica's headers for the client; returns about how many bytes they take. */
  long response(HttpFields from, HttpFields.Mutable to) {
    Set<String> nominated = nominated(from);
    // What our own server put there gives way to what the replica says. Its date cannot be taken
    // away, only replaced.
    to.remove(HttpHeader.SERVER.asString());
    for (HttpField field : from) {
      String name = field.getLowerCaseName();
      if (HOP_BY_HOP.contains(name) || nominated.contains(name)) {
        continue;
      }
      if (field.getHeader() == HttpHeader.DATE) {
        to.put(HttpHeader.DATE, field.getValue());
      } else {
        to.add(field);
      }
    }
    return size(to);
  }

  /** The headers that a Connection header makes a matter of one connection. */
  private static Set<String> nominated(HttpFields fields) {
    if (!fields.contains(HttpHeader.CONNECTION)) {
      return Set.of();
    }
    Set<String> names = new HashSet<>();
    fields.getCSV(HttpHeader.CONNECTION, false).forEach(name -> names.add(lower(name)));
    // Nobody makes us drop what the answer depends on.
    names.removeAll(Set.of("host", "content-length", "content-type", "cookie", "authorization"));
    return names;
  }

  /** Many servers read {@code X_Forwarded_For} as {@code X-Forwarded-For}. */
  private static boolean tellsOrigin(String name) {
    String plain = name.indexOf('_') < 0 ? name : name.replace('_', '-');
    return plain.startsWith("x-forwarded")
        || plain.equals("forwarded")
        || plain.equals("x-real-ip");
  }

  private static String lower(String name) {
    return name.trim().toLowerCase(Locale.ROOT);
  }

  private static long size(HttpFields fields) {
    long bytes = 0;
    for (HttpField field : fields) {
      String value = field.getValue();
      bytes += field.getName().length() + (value == null ? 0 : value.length()) + 4;
    }
    return bytes;
  }
}
