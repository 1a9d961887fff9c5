package io.windlass.webhooks.access;

import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import io.javalin.http.Cookie;
import io.javalin.http.SameSite;
import io.windlass.webhooks.api.Problem;
import io.windlass.webhooks.pages.StaticTemplates;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Puts the gate before every route but the open ones, sets the headers that keep browsers safe, and
 * lets people in and out.
 *
 * <p>Open are the hook, which proves itself by its signature, the probes, the style and scripts,
 * and the login.
 */
public final class AccessRoutes {
  private static final String CONTENT_POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
          + " form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

  private final Gate gate;
  private final Sessions sessions;
  private final boolean secure;

  /**
   * Makes the routes.
   *
   * @param url the server's address as users reach it; where it is https, cookies travel by https
   *     only
   */
  public AccessRoutes(Gate gate, Sessions sessions, URI url) {
    this.gate = gate;
    this.sessions = sessions;
    this.secure = "https".equalsIgnoreCase(url.getScheme());
  }

  /** Adds the gate and the login. */
  public void add(RoutesConfig routes) {
    routes.before(this::guard);
    routes.get(
        "/login", context -> page(context, 200, "", returnTo(context.queryParam("returnTo"))));
    routes.post("/login", this::login);
    routes.post("/logout", this::logout);
  }

  private void guard(Context context) {
    context.header("Content-Security-Policy", CONTENT_POLICY);
    context.header("X-Content-Type-Options", "nosniff");
    context.header("Referrer-Policy", "same-origin");
    context.header("Cross-Origin-Opener-Policy", "same-origin");
    if (open(context.path())) {
      return;
    }
    context.header("Cache-Control", "no-store");
    switch (gate.decide(asked(context))) {
      case Gate.Verdict.Open _ -> {}
      case Gate.Verdict.Refused(String reason) -> throw Problem.forbidden(reason);
      case Gate.Verdict.Unknown _ -> turnAway(context);
    }
  }

  private static boolean open(String path) {
    return path.startsWith("/hooks/")
        || path.startsWith("/static/")
        || path.equals("/livez")
        || path.equals("/readyz")
        || path.equals("/login");
  }

  private static void turnAway(Context context) {
    boolean page =
        !context.path().startsWith("/api/")
            && context.header("Authorization") == null
            && accepts(context, "text/html");
    if (!page) {
      context.header("WWW-Authenticate", "Bearer");
      throw Problem.unauthorized();
    }
    String here =
        context.path() + (context.queryString() == null ? "" : "?" + context.queryString());
    context.redirect("/login?returnTo=" + URLEncoder.encode(here, StandardCharsets.UTF_8));
    context.skipRemainingHandlers();
  }

  private void login(Context context) {
    String back = returnTo(context.formParam("returnTo"));
    if (!gate.fromOurPages(asked(context))) {
      throw Problem.forbidden(
          "a login must come from this server's own page; open /login and repeat");
    }
    Optional<String> session =
        sessions.open(Optional.ofNullable(context.formParam("token")).orElse("").strip());
    if (session.isEmpty()) {
      page(context, 401, "That is not the administrator's token.", back);
      return;
    }
    context.cookie(cookie(session.get(), (int) Sessions.LIFETIME.toSeconds()));
    context.redirect(back);
  }

  private void logout(Context context) {
    context.cookie(cookie("", 0));
    context.redirect("/login");
  }

  private Cookie cookie(String value, int seconds) {
    Cookie cookie = new Cookie(Sessions.COOKIE, value, "/", seconds, secure);
    cookie.setHttpOnly(true);
    cookie.setSameSite(SameSite.STRICT);
    return cookie;
  }

  private static void page(Context context, int status, String problem, String returnTo) {
    context.status(status).html(new StaticTemplates().login(problem, returnTo).render());
  }

  /** Only addresses of ours: a path that starts with one slash. */
  private static String returnTo(@Nullable String asked) {
    return Optional.ofNullable(asked)
        .filter(path -> path.startsWith("/") && !path.startsWith("//") && !path.contains("\\"))
        .orElse("/");
  }

  private static boolean accepts(Context context, String type) {
    return Optional.ofNullable(context.header("Accept")).orElse("").contains(type);
  }

  private static Gate.Asked asked(Context context) {
    return new Gate.Asked(
        context.method().name(),
        Optional.ofNullable(context.header("Host")).orElse(""),
        Optional.ofNullable(context.header("Authorization")),
        Optional.ofNullable(context.cookie(Sessions.COOKIE)),
        Optional.ofNullable(context.header("Sec-Fetch-Site")),
        Optional.ofNullable(context.header("Origin")));
  }
}
