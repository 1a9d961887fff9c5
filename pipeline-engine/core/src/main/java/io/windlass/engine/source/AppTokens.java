package io.windlass.engine.source;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.Date;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A GitHub App's two kinds of token: the JWT that the App signs for itself, and the one of an
 * installation that it gets for it, kept until shortly before it expires (GitHub gives an hour).
 * Two threads may fetch the same one at once; both work.
 */
final class AppTokens {
  /** GitHub takes at most ten minutes, counted from its own clock. */
  private static final Duration JWT_LIFE = Duration.ofMinutes(9);

  private static final Duration CLOCK_DRIFT = Duration.ofSeconds(60);
  private static final Duration BEFORE_EXPIRY = Duration.ofMinutes(5);

  private final GitHubIdentity.App app;
  private final GitHubCalls calls;
  private final InstantSource clock;
  private final Map<String, InstallationToken> kept = new ConcurrentHashMap<>();

  private record InstallationToken(String value, Instant expires) {}

  AppTokens(GitHubIdentity.App app, GitHubCalls calls, InstantSource clock) {
    this.app = app;
    this.calls = calls;
    this.clock = clock;
  }

  /** What the App itself shows. */
  String jwt() {
    Instant now = clock.instant();
    JWTClaimsSet claims =
        new JWTClaimsSet.Builder()
            .issuer(app.id())
            .issueTime(Date.from(now.minus(CLOCK_DRIFT)))
            .expirationTime(Date.from(now.plus(JWT_LIFE)))
            .build();
    SignedJWT jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.RS256), claims);
    try {
      jwt.sign(new RSASSASigner(app.key()));
    } catch (JOSEException unsigned) {
      throw new IllegalStateException(
          "Tried to sign as GitHub App "
              + app.id()
              + " but its key cannot sign; create a new private key there",
          unsigned);
    }
    return jwt.serialize();
  }

  /** The token of the installation that has the repository. */
  Answer<String> of(RepositoryName repository) throws SourceHostException {
    String key = repository.toString().toLowerCase(Locale.ROOT);
    InstallationToken known = kept.get(key);
    if (known != null && clock.instant().isBefore(known.expires().minus(BEFORE_EXPIRY))) {
      return new Answer.Given<>(known.value());
    }
    String jwt = jwt();
    return calls
        .get(
            "find the App's installation on " + repository,
            "/repos/" + repository + "/installation",
            jwt)
        .then(reply -> ask(repository, key, reply.body(), jwt));
  }

  /** After a 401, the next call asks anew. */
  void forget(RepositoryName repository) {
    kept.remove(repository.toString().toLowerCase(Locale.ROOT));
  }

  private Answer<String> ask(
      RepositoryName repository, String key, JsonNode installation, String jwt)
      throws SourceHostException {
    String path = "/app/installations/" + installation.path("id").asLong() + "/access_tokens";
    String what = "get a token for " + repository;
    return calls
        .post(what, path, jwt, Map.of())
        .then(reply -> {
          Optional<InstallationToken> token = read(reply.body());
          if (token.isEmpty()) {
            throw new SourceHostException(
                "Tried to "
                    + what
                    + " but GitHub's answer holds none; check that the API's address is GitHub's");
          }
          kept.put(key, token.get());
          return new Answer.Given<>(token.get().value());
        });
  }

  private static Optional<InstallationToken> read(JsonNode body) {
    try {
      String token = body.path("token").asText();
      return token.isEmpty()
          ? Optional.empty()
          : Optional.of(
              new InstallationToken(token, Instant.parse(body.path("expires_at").asText())));
    } catch (DateTimeParseException unreadable) {
      return Optional.empty();
    }
  }
}
