package io.windlass.webhooks.api;

import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;

/** The description of the API for programs, as OpenAPI has it. */
public final class OpenApiRoute {
  /** Where the document is on the class path. */
  static final String FILE = "/openapi.json";

  private final byte[] document;

  public OpenApiRoute() {
    try (InputStream in = OpenApiRoute.class.getResourceAsStream(FILE)) {
      document = Objects.requireNonNull(in, "the server's jar has " + FILE).readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Adds the route. */
  public void add(RoutesConfig routes) {
    routes.get(
        "/api/v1/openapi.json",
        context -> context.contentType("application/json").result(document));
  }
}
