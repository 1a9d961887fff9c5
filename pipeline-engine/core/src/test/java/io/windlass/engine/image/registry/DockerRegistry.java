package io.windlass.engine.image.registry;

import io.windlass.engine.TestParts;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** Debian's {@code docker-registry} on a free loopback port, with a password or without. */
public final class DockerRegistry implements AutoCloseable {

  public static final String USER = "ship";
  public static final String PASSWORD = "s3cret-pass-phrase";

  private final Process process;
  private final int port;
  private final Path dir;

  private DockerRegistry(Process process, int port, Path dir) {
    this.process = process;
    this.port = port;
    this.dir = dir;
  }

  /** Starts one, or skips the test where the program is not installed. */
  public static DockerRegistry start(Path dir, boolean withPassword) throws Exception {
    need("docker-registry");
    Files.createDirectories(dir);
    int port = freePort();
    String auth = "";
    if (withPassword) {
      need("htpasswd");
      Path htpasswd = dir.resolve("htpasswd");
      run(List.of("htpasswd", "-Bbc", htpasswd.toString(), USER, PASSWORD));
      auth = "auth: { htpasswd: { realm: test, path: %s } }\n".formatted(htpasswd);
    }
    Path config = dir.resolve("config.yml");
    Files.writeString(
        config,
        """
        version: 0.1
        log: { level: error, accesslog: { disabled: true } }
        storage: { filesystem: { rootdirectory: %s } }
        http: { addr: "127.0.0.1:%d" }
        %s\
        """
            .formatted(dir.resolve("data"), port, auth));
    Process process =
        new ProcessBuilder("docker-registry", "serve", config.toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("log").toFile())
            .start();
    DockerRegistry registry = new DockerRegistry(process, port, dir);
    Awaitility.await().atMost(Duration.ofSeconds(20)).until(registry::answers);
    return registry;
  }

  public String host() {
    return "127.0.0.1:" + port;
  }

  /** A Docker configuration with the password in it. */
  public Path dockerConfig(String password) throws IOException {
    String both =
        Base64.getEncoder()
            .encodeToString((USER + ":" + password).getBytes(StandardCharsets.UTF_8));
    Path file = Files.createTempFile(dir, "docker", ".json");
    return Files.writeString(
        file, "{\"auths\":{\"%s\":{\"auth\":\"%s\"}}}".formatted(host(), both));
  }

  /** Whether a program is on the PATH. */
  public static Optional<Path> program(String name) {
    return List.of(System.getenv("PATH").split(":")).stream()
        .map(part -> Path.of(part, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  /** Skips the test without the program, unless this is CI. */
  public static void need(String name) {
    TestParts.need(program(name).isPresent(), name);
  }

  /** Output of a program that ended well. */
  public static String run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (process.waitFor() != 0) {
      throw new IOException(command.getFirst() + " failed: " + output);
    }
    return output;
  }

  @Override
  public void close() throws InterruptedException {
    process.destroy();
    if (!process.waitFor(10, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }

  private boolean answers() {
    try {
      HttpURLConnection connection =
          (HttpURLConnection) URI.create("http://" + host() + "/v2/").toURL().openConnection();
      return connection.getResponseCode() > 0;
    } catch (IOException e) {
      return false;
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
