package io.windlass.engine.git;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a repository is fetched from: {@code https://host/path}, {@code ssh://user@host:port/path}
 * (or {@code user@host:path}), {@code file:///path}, and {@code http} for a Git server on the
 * loopback. Never carries a credential, and its text is safe in logs, errors and files.
 */
public final class CloneUrl {
  private static final Pattern SCP =
      Pattern.compile("([A-Za-z0-9_.-]+)@([A-Za-z0-9.-]+):(?!/)(.+)");

  /** How the bytes travel. */
  public enum Scheme {
    HTTPS,
    HTTP,
    SSH,
    FILE
  }

  private final Scheme scheme;
  private final String host;
  private final String text;

  private CloneUrl(Scheme scheme, String host, String text) {
    this.scheme = scheme;
    this.host = host;
    this.text = text;
  }

  /**
   * Reads an address.
   *
   * @throws IllegalArgumentException when it is of no allowed form or carries a password; the
   *     message repeats neither user nor password
   */
  public static CloneUrl parse(String text) {
    Matcher scp = SCP.matcher(text);
    if (!text.contains("://") && scp.matches()) {
      return parse("ssh://" + scp.group(1) + "@" + scp.group(2) + "/" + scp.group(3));
    }
    URI uri;
    try {
      uri = new URI(text);
    } catch (URISyntaxException unreadable) {
      throw refused("it is not a URL", unreadable.getReason());
    }
    Scheme scheme =
        switch (String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT)) {
          case "https" -> Scheme.HTTPS;
          case "http" -> Scheme.HTTP;
          case "ssh" -> Scheme.SSH;
          case "file" -> Scheme.FILE;
          default -> throw refused("its scheme is not known", "use https://, ssh:// or file://");
        };
    String user = uri.getUserInfo();
    if (user != null && (scheme != Scheme.SSH || user.contains(":"))) {
      throw refused(
          "it carries a user or password", "give credentials beside the address, never in it");
    }
    if (uri.getQuery() != null || uri.getFragment() != null) {
      throw refused("it has a query or fragment", "leave out what follows ? or #");
    }
    String path = uri.getPath();
    if (path == null || path.length() < 2) {
      throw refused("it names no repository", "write it like https://github.com/acme/shop.git");
    }
    String host = uri.getHost();
    if (scheme == Scheme.FILE) {
      return new CloneUrl(scheme, "", Path.of(path).normalize().toUri().toString());
    }
    if (host == null || host.startsWith("-") || (user != null && user.startsWith("-"))) {
      throw refused("it names no host", "write it like https://github.com/acme/shop.git");
    }
    return new CloneUrl(scheme, host.toLowerCase(Locale.ROOT), uri.toString());
  }

  public static CloneUrl file(Path repository) {
    return parse(repository.toAbsolutePath().toUri().toString());
  }

  public Scheme scheme() {
    return scheme;
  }

  /** In lower case, without port; empty for files. */
  public String host() {
    return host;
  }

  /** The port of the address, or the scheme's own; 0 for files. */
  public int port() {
    int port = URI.create(text).getPort();
    return port > 0 ? port : ownPort();
  }

  private int ownPort() {
    return switch (scheme) {
      case HTTPS -> 443;
      case HTTP -> 80;
      case SSH -> 22;
      case FILE -> 0;
    };
  }

  /**
   * The host, with the port where it is not the scheme's own: the form in which an operator allows
   * it.
   */
  public String authority() {
    int port = port();
    return port != ownPort() ? host + ":" + port : host;
  }

  /**
   * The address that a submodule's {@code url} means here: absolute, or relative to this one as Git
   * reads it.
   */
  CloneUrl submodule(String url) {
    if (!url.startsWith("./") && !url.startsWith("../")) {
      return parse(url);
    }
    String base = text.replaceAll("/+$", "");
    String rest = url;
    while (rest.startsWith("./") || rest.startsWith("../")) {
      if (rest.startsWith("../")) {
        base = base.substring(0, base.lastIndexOf('/'));
        rest = rest.substring(3);
      } else {
        rest = rest.substring(2);
      }
    }
    CloneUrl resolved = parse(base + "/" + rest);
    if (!resolved.host.equals(host) || resolved.scheme != scheme) {
      throw refused("the submodule \"" + url + "\" leaves its host", "use a full address there");
    }
    return resolved;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof CloneUrl that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public String toString() {
    return text;
  }

  private static IllegalArgumentException refused(String why, String what) {
    return new IllegalArgumentException(
        "Tried to read a repository's address but " + why + "; " + what);
  }
}
