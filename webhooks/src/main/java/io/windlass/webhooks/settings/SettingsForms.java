package io.windlass.webhooks.settings;

import io.windlass.engine.git.CloneUrl;
import io.windlass.engine.local.proxy.AddressRange;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import io.windlass.webhooks.settings.Settings.Listen;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The forms of values that the server's file has beside the common ones. */
final class SettingsForms {

  static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

  private static final Pattern LISTEN =
      Pattern.compile("(?:\\[([0-9a-fA-F:.]{2,45})]|([A-Za-z0-9.-]{1,253})):([0-9]{1,5})");
  private static final Pattern HOST =
      Pattern.compile(
          "(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern REGISTRY =
      Pattern.compile("[a-z0-9][a-z0-9.-]{0,252}(:[0-9]{1,5})?");
  private static final Pattern IMAGE =
      Pattern.compile(
          "(localhost|[a-z0-9][a-z0-9-]*(\\.[a-z0-9-]+)+|[a-z0-9][a-z0-9.-]*(?=:))(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+");
  private static final int HIGHEST_PORT = 65_535;

  private SettingsForms() {}

  static Optional<Listen> listen(Node node, String path, Problems problems) {
    Optional<String> text = Values.text(node, path, problems);
    Optional<Listen> listen =
        text.map(LISTEN::matcher)
            .filter(Matcher::matches)
            .map(SettingsForms::listen)
            .filter(l -> l.port() <= HIGHEST_PORT);
    if (text.isPresent() && listen.isEmpty()) {
      problems.wrong(node, path, "an address such as 127.0.0.1:8080");
    }
    return listen;
  }

  /** Who listens where: an address, because a name may become another one. */
  static Optional<Listen> service(Node node, String path, Problems problems) {
    Optional<String> text = Values.text(node, path, problems);
    Optional<Listen> service =
        text.map(LISTEN::matcher)
            .filter(Matcher::matches)
            .map(SettingsForms::listen)
            .filter(l -> l.port() > 0 && l.port() <= HIGHEST_PORT && isAddress(l.host()));
    if (text.isPresent() && service.isEmpty()) {
      problems.wrong(node, path, "an address and a port such as 127.0.0.1:5432");
    }
    return service;
  }

  private static Listen listen(Matcher m) {
    return new Listen(m.group(1) == null ? m.group(2) : m.group(1), Integer.parseInt(m.group(3)));
  }

  private static boolean isAddress(String host) {
    try {
      return !InetAddress.ofLiteral(host).isAnyLocalAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** An http or https address that ends with a slash, so that more can be appended. */
  static Optional<URI> baseUrl(Node node, String path, Problems problems) {
    return url(node, path, problems).map(u -> u.toString().endsWith("/") ? u : URI.create(u + "/"));
  }

  /** An http or https address without user, password and fragment. */
  static Optional<URI> url(Node node, String path, Problems problems) {
    Optional<String> text = Values.text(node, path, problems);
    Optional<URI> url = text.flatMap(SettingsForms::parse).filter(SettingsForms::isPlainHttp);
    if (text.isPresent() && url.isEmpty()) {
      problems.add(
          node.at(),
          path,
          "no address that can be used",
          "http:// or https://, a host, no password");
    }
    return url;
  }

  private static boolean isPlainHttp(URI url) {
    return Set.of("http", "https").contains(String.valueOf(url.getScheme()))
        && url.getHost() != null
        && url.getUserInfo() == null
        && url.getFragment() == null;
  }

  static Optional<URI> parse(String text) {
    try {
      return Optional.of(new URI(text));
    } catch (URISyntaxException e) {
      return Optional.empty();
    }
  }

  static Optional<String> host(Node node, String path, Problems problems) {
    return matching(node, path, HOST, "a host such as shop.example.com or *.example.com", problems);
  }

  static Optional<String> registry(Node node, String path, Problems problems) {
    return matching(node, path, REGISTRY, "a registry's host such as ghcr.io", problems);
  }

  static Optional<String> gitHost(Node node, String path, Problems problems) {
    return matching(node, path, REGISTRY, "a Git host such as github.com", problems);
  }

  /** An address, or a network. */
  static Optional<String> network(Node node, String path, Problems problems) {
    return Values.text(node, path, problems)
        .filter(t -> {
          try {
            AddressRange.parse(t);
            return true;
          } catch (IllegalArgumentException e) {
            problems.wrong(node, path, "a network such as 10.0.0.0/8");
            return false;
          }
        });
  }

  /** The beginning of an image's name, with its registry. */
  static Optional<String> image(Node node, String path, Problems problems) {
    return matching(node, path, IMAGE, "the beginning of a name such as ghcr.io/acme", problems);
  }

  private static Optional<String> matching(
      Node node, String path, Pattern form, String expected, Problems problems) {
    return Values.text(node, path, problems)
        .filter(t ->
            problems.isRight(t.length() <= 260 && form.matcher(t).matches(), node, path, expected));
  }

  /** A repository's address, which never carries a credential. */
  static Optional<CloneUrl> cloneUrl(Node node, String path, Problems problems) {
    return Values.text(node, path, problems)
        .flatMap(t -> {
          try {
            return Optional.of(CloneUrl.parse(t));
          } catch (IllegalArgumentException e) {
            problems.say(node.at(), path, String.valueOf(e.getMessage()));
            return Optional.empty();
          }
        });
  }

  /** GitHub's id of a hook. */
  static Optional<String> hookId(Node node, String path, Problems problems) {
    if (node instanceof Node.Scalar s && s.text().matches("[1-9][0-9]{0,18}")) {
      return Optional.of(s.text());
    }
    problems.wrong(node, path, "a hook's id, a number");
    return Optional.empty();
  }
}
