package io.windlass.webhooks.dashboard;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.windlass.webhooks.api.Problem;
import io.windlass.webhooks.view.Asset;

/**
 * Serves style, scripts and picture. Under an address that names the version they are kept for a
 * year; under any other they are asked for again each time.
 */
public final class StaticRoutes {
  private StaticRoutes() {}

  /** Adds {@code /static/NAME}. */
  public static void add(RoutesConfig routes) {
    routes.get("/static/{name}", StaticRoutes::serve);
  }

  private static void serve(Context context) {
    String name = context.pathParam("name");
    Asset asset =
        Asset.of(name).orElseThrow(() -> Problem.notFound("there is no file '" + name + "' here"));
    String tag = "\"" + asset.version() + "\"";
    boolean kept = asset.version().equals(context.queryParam("v"));
    context.header("Cache-Control", kept ? "public, max-age=31536000, immutable" : "no-cache");
    context.header("ETag", tag);
    if (tag.equals(context.header("If-None-Match"))) {
      context.status(304);
      return;
    }
    context.contentType(asset.type()).result(asset.content());
  }
}
