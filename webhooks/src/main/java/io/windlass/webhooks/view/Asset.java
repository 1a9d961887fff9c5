package io.windlass.webhooks.view;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;

/**
 * A style sheet, script or picture of the pages, from our own jar or a library's. Its version
 * changes with its content, so that a browser may keep it for good under an address that names the
 * version.
 */
public final class Asset {
  private static final String HTMX = "/META-INF/resources/webjars/htmx.org/2.0.7/dist/htmx.min.js";
  private static final String SCRIPT = "text/javascript; charset=utf-8";
  private static final Map<String, Asset> ALL =
      Map.of(
          "windlass.css", load("text/css; charset=utf-8", "/static/windlass.css"),
          "windlass.js", load(SCRIPT, "/static/windlass.js"),
          "windlass.svg", load("image/svg+xml", "/static/windlass.svg"),
          "htmx.js", load(SCRIPT, HTMX));

  private final String type;
  private final byte[] content;
  private final String version;

  private Asset(String type, byte[] content, String version) {
    this.type = type;
    this.content = content;
    this.version = version;
  }

  /** The media type. */
  public String type() {
    return type;
  }

  public byte[] content() {
    return content.clone();
  }

  /** A part of the content's hash. */
  public String version() {
    return version;
  }

  /** Empty where there is none of that name. */
  public static Optional<Asset> of(String name) {
    return Optional.ofNullable(ALL.get(name));
  }

  /** Where a page finds it. */
  public static String address(String name) {
    Asset asset =
        of(name)
            .orElseThrow(() ->
                new IllegalArgumentException(
                    "Tried to link '" + name + "' but it is none of " + ALL.keySet()));
    return "/static/" + name + "?v=" + asset.version();
  }

  private static Asset load(String type, String resource) {
    try (InputStream in = Asset.class.getResourceAsStream(resource)) {
      if (in == null) {
        throw new IllegalStateException(
            "Tried to read "
                + resource
                + " but it is not on the class path; the build is not complete");
      }
      byte[] content = in.readAllBytes();
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return new Asset(type, content, HexFormat.of().formatHex(digest, 0, 8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
