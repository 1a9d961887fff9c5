package io.windlass.engine.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.interfaces.RSAPrivateKey;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an App signs, read by somebody else's reader. */
class GitHubAppTest {
  private static final URI NOBODY = URI.create("http://127.0.0.1:9/");

  @TempDir private static Path folder;
  private static KeyPair key;
  private static EmulatedGitHub there;

  @BeforeAll
  static void start() throws Exception {
    key = newKey();
    there = EmulatedGitHub.start(folder, key, NOBODY, "secret");
  }

  @AfterAll
  static void stop() throws Exception {
    if (there != null) {
      there.close();
    }
  }

  @Test
  void an_app_gets_a_token_of_its_installation() throws Exception {
    try (GitHub github = github(key)) {
      String token = github.cloneToken(EmulatedGitHub.REPOSITORY);

      assertThat(token).startsWith("ghs_");
      assertThat(there.tokensGiven())
          .contains("\"installation\":{\"id\":100}", "\"status\":\"active\"");
    }
  }

  @Test
  void open_pull_requests_are_listed_as_their_deliveries_tell_them() throws Exception {
    there.openPullRequest("a better shop", "better");

    try (GitHub github = github(key)) {
      assertThat(github.openPullRequests(EmulatedGitHub.REPOSITORY))
          .isInstanceOfSatisfying(
              Answer.Given.class,
              given ->
                  assertThat(given.value())
                      .asInstanceOf(InstanceOfAssertFactories.list(Intent.PullRequest.class))
                      .singleElement()
                      .satisfies(pull -> {
                        assertThat(pull.number()).isPositive();
                        assertThat(pull.title()).isEqualTo("a better shop");
                        assertThat(pull.author()).isEqualTo("octocat");
                        assertThat(pull.headBranch()).isEqualTo("better");
                        assertThat(pull.headRepository()).contains(EmulatedGitHub.REPOSITORY);
                        assertThat(pull.baseRef()).isEqualTo(Ref.branch("main"));
                        assertThat(pull.fromFork()).isFalse();
                      }));
    }
  }

  @Test
  void another_key_gets_none() throws Exception {
    try (GitHub github = github(newKey())) {
      assertThatThrownBy(() -> github.cloneToken(EmulatedGitHub.REPOSITORY))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("does not know the credentials");
    }
  }

  @Test
  void an_app_that_is_not_installed_there_is_told_so() throws Exception {
    try (GitHub github = github(key)) {
      assertThatThrownBy(() -> github.cloneToken(new RepositoryName("mallory", "shop")))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("mallory/shop");
    }
  }

  private static GitHub github(KeyPair pair) {
    GitHubIdentity app =
        new GitHubIdentity.App(EmulatedGitHub.APP, (RSAPrivateKey) pair.getPrivate());
    return new GitHub(
        new GitHubSettings(there.api(), app, Duration.ofSeconds(20), 1 << 20),
        repository -> new Answer.Given<>(Map.of()),
        InstantSource.system());
  }

  private static KeyPair newKey() throws NoSuchAlgorithmException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }
}
