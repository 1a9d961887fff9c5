package io.windlass.engine.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * GitHub's statuses, deliveries, open pull requests and App tokens over HTTP, with state, refusing
 * what GitHub refuses: unknown tokens (401), unknown repositories (404), commits it does not have,
 * states it does not know and descriptions over 140 characters (422).
 */
final class GitHubDouble implements AutoCloseable {
  static final String SHA = "6113728f27ae82c7b1a177c8d03f9e96e0adf246";
  private static final Set<String> STATES = Set.of("error", "failure", "pending", "success");
  private static final Pattern STATUS = Pattern.compile("/repos/acme/shop/statuses/(.+)");
  private static final Pattern DELIVERIES =
      Pattern.compile("(/repos/acme/shop/hooks/7|/orgs/acme/hooks/9|/app/hook)/deliveries");
  private static final Pattern ATTEMPTS =
      Pattern.compile(
          "(?:/repos/acme/shop/hooks/7|/orgs/acme/hooks/9|/app/hook)/deliveries/(\\d+)/attempts");

  record Attempt(long id, String guid, int statusCode, Instant at) {}

  record Reply(int status, Object body, Map<String, String> headers) {
    static Reply of(int status, Object body) {
      return new Reply(status, body, Map.of());
    }

    static Reply said(int status, String message) {
      return of(status, Map.of("message", message));
    }
  }

  final Map<String, String> statuses = new ConcurrentHashMap<>();
  final List<Map<String, Object>> pulls = new CopyOnWriteArrayList<>();
  final List<Attempt> attempts = new CopyOnWriteArrayList<>();
  final List<Long> redelivered = new CopyOnWriteArrayList<>();
  final List<String> requests = new CopyOnWriteArrayList<>();
  final Set<String> tokens = ConcurrentHashMap.newKeySet();
  volatile Optional<Function<String, Optional<Reply>>> before = Optional.empty();
  volatile Duration tokenLife = Duration.ofHours(1);

  private final ObjectMapper json = new ObjectMapper();
  private final HttpServer server;
  private final InstantSource clock;
  private final Optional<RSAPublicKey> appKey;

  GitHubDouble(InstantSource clock, Optional<RSAPublicKey> appKey) throws IOException {
    this.clock = clock;
    this.appKey = appKey;
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", this::handle);
    server.start();
  }

  URI api() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String path = exchange.getRequestURI().getPath();
      requests.add(exchange.getRequestMethod() + " " + path);
      JsonNode body = json.readTree(exchange.getRequestBody());
      Reply reply;
      try {
        reply =
            before.flatMap(first -> first.apply(path)).orElseGet(() -> route(exchange, path, body));
      } catch (RuntimeException broken) {
        reply = Reply.said(500, broken.toString());
      }
      byte[] bytes =
          reply.body() instanceof String text
              ? text.getBytes(StandardCharsets.UTF_8)
              : json.writeValueAsBytes(reply.body());
      reply.headers().forEach(exchange.getResponseHeaders()::add);
      exchange.sendResponseHeaders(reply.status(), bytes.length == 0 ? -1 : bytes.length);
      exchange.getResponseBody().write(bytes);
    }
  }

  private Reply route(HttpExchange exchange, String path, JsonNode body) {
    String bearer =
        String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"))
            .replace("Bearer ", "");
    boolean forApp = path.startsWith("/app/") || path.endsWith("/installation");
    if (forApp ? !isAppJwt(bearer) : !tokens.contains(bearer)) {
      return Reply.said(401, forApp ? "A JSON web token could not be decoded" : "Bad credentials");
    }
    Matcher status = STATUS.matcher(path);
    if (status.matches()) {
      return status(status.group(1), body);
    }
    Matcher attempt = ATTEMPTS.matcher(path);
    if (attempt.matches()) {
      redelivered.add(Long.parseLong(attempt.group(1)));
      return Reply.of(202, Map.of());
    }
    if (DELIVERIES.matcher(path).matches()) {
      return deliveries(path, String.valueOf(exchange.getRequestURI().getQuery()));
    }
    if (path.equals("/repos/acme/shop/pulls")) {
      return pulls(path, String.valueOf(exchange.getRequestURI().getQuery()));
    }
    if (path.equals("/repos/acme/shop/installation")) {
      return Reply.of(200, Map.of("id", 99));
    }
    if (path.equals("/app/installations/99/access_tokens")) {
      String token = "ghs_" + tokens.size();
      tokens.add(token);
      return Reply.of(
          201, Map.of("token", token, "expires_at", clock.instant().plus(tokenLife).toString()));
    }
    return Reply.said(404, "Not Found");
  }

  private Reply status(String sha, JsonNode body) {
    if (!sha.equals(SHA)) {
      return Reply.said(422, "No commit found for SHA: " + sha);
    }
    if (!STATES.contains(body.path("state").asText())) {
      return Reply.said(422, "Validation Failed: state is not included in the list");
    }
    String description = body.path("description").asText();
    if (description.codePointCount(0, description.length()) > 140) {
      return Reply.of(
          422,
          Map.of(
              "message",
              "Validation Failed",
              "errors",
              List.of(Map.of("message", "description is too long (maximum is 140 characters)"))));
    }
    statuses.put(
        body.path("context").asText("default"), body.path("state").asText() + ": " + description);
    return Reply.of(201, Map.of("id", statuses.size()));
  }

  private Reply pulls(String path, String query) {
    return query.contains("state=open")
        ? page(path, query, pulls)
        : Reply.said(422, "this double lists open ones only");
  }

  private Reply deliveries(String path, String query) {
    List<Attempt> newest = new ArrayList<>(attempts).reversed();
    return page(
        path,
        query,
        newest.stream()
            .map(attempt ->
                Map.<String, Object>of(
                    "id",
                    attempt.id(),
                    "guid",
                    attempt.guid(),
                    "event",
                    "push",
                    "status_code",
                    attempt.statusCode(),
                    "status",
                    attempt.statusCode() == 200 ? "OK" : "timed out",
                    "delivered_at",
                    attempt.at().toString()))
            .toList());
  }

  /** Two a page, with a cursor in the Link header. */
  private Reply page(String path, String query, List<Map<String, Object>> all) {
    int from =
        query.contains("cursor=")
            ? Integer.parseInt(query.replaceAll(".*cursor=(\\d+).*", "$1"))
            : 0;
    String rest = query.replaceAll("&cursor=\\d+", "");
    Map<String, String> headers =
        from + 2 < all.size()
            ? Map.of(
                "Link",
                "<" + api() + path + "?" + rest + "&cursor=" + (from + 2) + ">; rel=\"next\"")
            : Map.of();
    return new Reply(200, all.stream().skip(from).limit(2).toList(), headers);
  }

  private boolean isAppJwt(String bearer) {
    try {
      SignedJWT jwt = SignedJWT.parse(bearer);
      Instant issued = jwt.getJWTClaimsSet().getIssueTime().toInstant();
      Instant expires = jwt.getJWTClaimsSet().getExpirationTime().toInstant();
      return appKey.isPresent()
          && jwt.verify(new RSASSAVerifier(appKey.get()))
          && jwt.getJWTClaimsSet().getIssuer().equals("12345")
          && !issued.isAfter(clock.instant())
          && expires.isAfter(clock.instant())
          && !expires.isAfter(clock.instant().plus(Duration.ofMinutes(10)));
    } catch (java.text.ParseException | com.nimbusds.jose.JOSEException wrong) {
      return false;
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
