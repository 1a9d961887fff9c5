package io.windlass.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.interfaces.RSAPrivateKey;
import java.security.interfaces.RSAPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GitHubTest {
  private static final RepositoryName SHOP = new RepositoryName("acme", "shop");
  private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");
  private static final String TOKEN = "ghp_secret";
  private static KeyPair appKey;

  private Instant now = START;
  private GitHubDouble there;
  private GitHub github;

  @BeforeAll
  static void key() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    appKey = generator.generateKeyPair();
  }

  @BeforeEach
  void start() throws Exception {
    there = new GitHubDouble(() -> now, Optional.of((RSAPublicKey) appKey.getPublic()));
    there.tokens.add(TOKEN);
    github = github(new GitHubIdentity.Token(TOKEN));
  }

  @AfterEach
  void stop() {
    github.close();
    there.close();
  }

  @Test
  void a_status_is_shown_with_its_context() throws Exception {
    assertThat(github.status(SHOP, status("one line", CommitStatus.State.PENDING)))
        .isInstanceOf(Answer.Given.class);
    github.status(SHOP, status("done", CommitStatus.State.FAILURE));

    assertThat(there.statuses).containsExactly(Map.entry("windlass", "failure: done"));
  }

  @ParameterizedTest
  @ValueSource(ints = {140, 141, 500})
  void a_long_description_is_cut_to_what_github_takes(int length) throws Exception {
    assertThat(
            github.status(SHOP, status("\uD83D\uDE80".repeat(length), CommitStatus.State.SUCCESS)))
        .isInstanceOf(Answer.Given.class);
  }

  @Test
  void a_commit_that_github_does_not_have_is_refused_with_its_words() throws Exception {
    CommitStatus other =
        new CommitStatus(
            "1".repeat(40), "windlass", CommitStatus.State.SUCCESS, "x", Optional.empty());

    assertThat(github.status(SHOP, other))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused ->
                assertThat(refused.reason())
                    .contains("Tried to mark acme/shop@111", "422: No commit found for SHA"));
  }

  private static Map<String, Object> pull(int number, Optional<String> from) {
    Map<String, Object> head = new HashMap<>(Map.of("sha", GitHubDouble.SHA, "ref", "fix"));
    head.put("repo", from.map(name -> Map.of("full_name", name)).orElse(null));
    return Map.of(
        "number",
        number,
        "title",
        "change " + number,
        "user",
        Map.of("login", "ada"),
        "draft",
        false,
        "head",
        head,
        "base",
        Map.of("sha", GitHubDouble.SHA, "ref", "main"));
  }

  @Test
  void every_open_pull_request_is_listed_with_where_it_comes_from() throws Exception {
    there.pulls.add(pull(7, Optional.of("Acme/Shop")));
    there.pulls.add(pull(8, Optional.of("eve/shop")));
    there.pulls.add(pull(9, Optional.empty()));

    assertThat(github.openPullRequests(SHOP))
        .isInstanceOfSatisfying(
            Answer.Given.class,
            given ->
                assertThat(given.value())
                    .asInstanceOf(InstanceOfAssertFactories.list(Intent.PullRequest.class))
                    .extracting(Intent.PullRequest::number, Intent.PullRequest::fromFork)
                    .containsExactly(tuple(7L, false), tuple(8L, true), tuple(9L, true)));
  }

  @Test
  void an_answer_that_is_no_list_of_pull_requests_is_said_with_its_place() {
    there.pulls.add(Map.of("number", 7));

    assertThatThrownBy(() -> github.openPullRequests(SHOP))
        .isInstanceOf(SourceHostException.class)
        .hasMessageContaining("open pull requests of acme/shop", "/0/head");
  }

  @Test
  void a_wrong_token_is_refused_without_showing_it() throws Exception {
    try (GitHub stranger = github(new GitHubIdentity.Token("ghp_wrong"))) {
      assertThat(stranger.status(SHOP, status("x", CommitStatus.State.SUCCESS)))
          .isInstanceOfSatisfying(
              Answer.Refused.class,
              refused ->
                  assertThat(refused.reason())
                      .contains("check the token")
                      .doesNotContain("ghp_wrong"));
    }
    assertThat(new GitHubIdentity.Token(TOKEN).toString()).doesNotContain(TOKEN);
  }

  @ParameterizedTest
  @MethodSource
  void rate_limits_say_when_to_come_back(
      int status, Map<String, String> headers, String message, Duration wait) throws Exception {
    there.before =
        Optional.of(path ->
            Optional.of(new GitHubDouble.Reply(status, Map.of("message", message), headers)));

    assertThat(github.status(SHOP, status("x", CommitStatus.State.SUCCESS)))
        .isInstanceOfSatisfying(
            Answer.RateLimited.class,
            limited -> assertThat(limited.until()).isEqualTo(START.plus(wait)));
  }

  static Stream<Arguments> rate_limits_say_when_to_come_back() {
    String reset = String.valueOf(START.plusSeconds(1800).getEpochSecond());
    String past = String.valueOf(START.minusSeconds(5).getEpochSecond());
    return Stream.of(
        Arguments.of(
            403,
            Map.of("x-ratelimit-remaining", "0", "x-ratelimit-reset", reset),
            "",
            Duration.ofSeconds(1801)),
        Arguments.of(
            429,
            Map.of("x-ratelimit-remaining", "0", "x-ratelimit-reset", past),
            "",
            Duration.ofSeconds(1)),
        Arguments.of(403, Map.of("retry-after", "30"), "", Duration.ofSeconds(30)),
        Arguments.of(429, Map.of("retry-after", "99999999"), "", Duration.ofHours(2)),
        Arguments.of(
            403, Map.of(), "You have exceeded a secondary rate limit", Duration.ofMinutes(1)),
        Arguments.of(429, Map.of("retry-after", "soon"), "", Duration.ofMinutes(1)));
  }

  @Test
  void a_forbidden_call_is_no_rate_limit() throws Exception {
    there.before =
        Optional.of(path ->
            Optional.of(GitHubDouble.Reply.said(403, "Resource not accessible by integration")));

    assertThat(github.status(SHOP, status("x", CommitStatus.State.SUCCESS)))
        .isInstanceOfSatisfying(
            Answer.Refused.class,
            refused -> assertThat(refused.reason()).contains("Resource not accessible"));
  }

  @Test
  void a_server_error_an_endless_answer_and_nonsense_are_worth_another_try() {
    for (GitHubDouble.Reply reply :
        List.of(
            GitHubDouble.Reply.said(502, "bad gateway"),
            GitHubDouble.Reply.of(201, "x".repeat(2 << 20)),
            GitHubDouble.Reply.of(201, "<html>"))) {
      there.before = Optional.of(path -> Optional.of(reply));
      assertThatThrownBy(() -> github.status(SHOP, status("x", CommitStatus.State.SUCCESS)))
          .isInstanceOf(SourceHostException.class)
          .hasMessageStartingWith("Tried to mark acme/shop@" + GitHubDouble.SHA)
          .hasMessageNotContaining(TOKEN);
    }
  }

  @Test
  void a_redirect_is_not_followed() throws Exception {
    there.before =
        Optional.of(path ->
            Optional.of(
                new GitHubDouble.Reply(307, "", Map.of("Location", there.api() + "/elsewhere"))));

    assertThat(github.status(SHOP, status("x", CommitStatus.State.SUCCESS)))
        .isInstanceOf(Answer.Refused.class);
    assertThat(there.requests).hasSize(1);
  }

  @Test
  void failed_deliveries_are_those_that_no_attempt_brought() throws Exception {
    attempt(1, "old", 500, START.minus(Duration.ofDays(2)));
    attempt(2, "lost", 0, START.minusSeconds(50));
    attempt(3, "came", 200, START.minusSeconds(40));
    attempt(4, "late", 503, START.minusSeconds(30));
    attempt(5, "late", 200, START.minusSeconds(20));
    attempt(6, "lost", 504, START.minusSeconds(10));
    attempt(7, "last", 502, START.minusSeconds(5));

    Answer<List<FailedDelivery>> failed =
        github.failedDeliveries(new Hook.OfRepository(SHOP, 7), START.minus(Duration.ofDays(1)));

    assertThat(failed)
        .isInstanceOfSatisfying(
            Answer.Given.class,
            given ->
                assertThat((List<?>) given.value())
                    .extracting("id", "guid")
                    .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(6L, "lost"),
                        org.assertj.core.groups.Tuple.tuple(7L, "last")));
  }

  @Test
  void a_delivery_is_asked_for_again() throws Exception {
    assertThat(github.redeliver(new Hook.OfRepository(SHOP, 7), 42))
        .isInstanceOf(Answer.Given.class);
    assertThat(there.redelivered).containsExactly(42L);
  }

  @Test
  void an_organisations_hook_is_asked_as_one_of_its_repositories() throws Exception {
    assertThat(github.redeliver(new Hook.OfOrganization("acme", 9, SHOP), 43))
        .isInstanceOf(Answer.Given.class);
    assertThat(there.redelivered).containsExactly(43L);
  }

  @Test
  void the_apps_hook_needs_an_app() throws Exception {
    assertThat(github.redeliver(new Hook.OfApp(), 42)).isInstanceOf(Answer.Refused.class);
    try (GitHub app = app()) {
      assertThat(app.redeliver(new Hook.OfApp(), 42)).isInstanceOf(Answer.Given.class);
    }
  }

  @Test
  void an_app_gets_a_token_once_and_again_shortly_before_it_expires() throws Exception {
    try (GitHub app = app()) {
      assertThat(app.status(SHOP, status("x", CommitStatus.State.SUCCESS)))
          .isInstanceOf(Answer.Given.class);
      now = now.plus(Duration.ofMinutes(54));
      app.status(SHOP, status("x", CommitStatus.State.SUCCESS));
      assertThat(tokensAsked()).isEqualTo(1);
      now = now.plus(Duration.ofMinutes(2));
      app.status(SHOP, status("x", CommitStatus.State.SUCCESS));
      assertThat(tokensAsked()).isEqualTo(2);
      assertThat(app.cloneToken(SHOP)).startsWith("ghs_");
    }
  }

  @Test
  void an_apps_token_that_was_withdrawn_is_asked_for_anew() throws Exception {
    try (GitHub app = app()) {
      app.status(SHOP, status("x", CommitStatus.State.SUCCESS));
      there.tokens.remove(app.cloneToken(SHOP));

      assertThat(app.status(SHOP, status("x", CommitStatus.State.SUCCESS)))
          .isInstanceOf(Answer.Refused.class);
      assertThat(app.status(SHOP, status("x", CommitStatus.State.SUCCESS)))
          .isInstanceOf(Answer.Given.class);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"PRIVATE KEY", "RSA PRIVATE KEY"})
  void the_apps_key_is_read_as_github_writes_it(String kind, @TempDir Path temp) throws Exception {
    byte[] pkcs8 = appKey.getPrivate().getEncoded();
    // PKCS#1 is what stands inside of PKCS#8, after 26 bytes that say "RSA".
    byte[] der =
        kind.equals("PRIVATE KEY") ? pkcs8 : java.util.Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
    Path pem = temp.resolve("key.pem");
    String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(der);
    Files.writeString(
        pem, "-----BEGIN " + kind + "-----\n" + text + "\n-----END " + kind + "-----\n");

    assertThat(GitHubIdentity.App.read("12345", pem).key()).isEqualTo(appKey.getPrivate());
  }

  @Test
  void a_token_never_travels_in_clear_to_another_machine() {
    assertThatThrownBy(() ->
            new GitHubSettings(
                URI.create("http://api.github.com"),
                new GitHubIdentity.Token("x"),
                Duration.ofSeconds(1),
                1))
        .hasMessageContaining("only travel over https");
  }

  private GitHub app() {
    return github(new GitHubIdentity.App("12345", (RSAPrivateKey) appKey.getPrivate()));
  }

  private GitHub github(GitHubIdentity identity) {
    return new GitHub(
        new GitHubSettings(there.api(), identity, Duration.ofSeconds(20), 1 << 20),
        repository -> new Answer.Given<>(Map.of()),
        () -> now);
  }

  private long tokensAsked() {
    return there.requests.stream().filter(request -> request.endsWith("/access_tokens")).count();
  }

  private void attempt(long id, String guid, int status, Instant at) {
    there.attempts.add(new GitHubDouble.Attempt(id, guid, status, at));
  }

  private static CommitStatus status(String description, CommitStatus.State state) {
    return new CommitStatus(
        GitHubDouble.SHA,
        "windlass",
        state,
        description,
        Optional.of(URI.create("https://windlass.example/runs/1")));
  }
}
