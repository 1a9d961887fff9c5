package io.windlass.engine.image.jib;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.Tag;
import io.windlass.engine.image.registry.DockerRegistry;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.image.registry.RegistryAccess;
import io.windlass.engine.image.registry.Retries;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.StoreLimits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Passwords that a program hands out, in the protocol of Docker's credential helpers, against a
 * docker-registry that asks for one. Helpers are found on the PATH, so each push has a process of
 * its own.
 */
class CredentialHelperTest {

  /** Enough for a helper that answers, on the slowest machine. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  @TempDir Path temp;
  private DockerRegistry registry;

  @BeforeEach
  void open() throws Exception {
    registry = DockerRegistry.start(temp.resolve("registry"), true);
  }

  @AfterEach
  void close() throws Exception {
    registry.close();
  }

  @Test
  void theStoreOfTheConfigurationIsAsked() throws Exception {
    helper("vault", answering(DockerRegistry.PASSWORD));

    assertThat(push("{\"credsStore\":\"vault\"}")).startsWith("pushed sha256:");
    assertThat(asked("vault")).isNotEmpty().allMatch(server -> server.contains(registry.host()));
  }

  @Test
  void aHelperOfTheRegistryComesBeforeTheStore() throws Exception {
    helper("vault", answering("not-this-one"));
    helper("own", answering(DockerRegistry.PASSWORD));

    assertThat(
            push(
                "{\"credsStore\":\"vault\",\"credHelpers\":{\"%s\":\"own\"}}"
                    .formatted(registry.host())))
        .startsWith("pushed sha256:");
    assertThat(asked("vault")).isEmpty();
  }

  @Test
  void aWrongPasswordOfAHelperIsToldWithoutShowingIt() throws Exception {
    helper("vault", answering("wrong-pass-phrase"));

    assertThat(push("{\"credsStore\":\"vault\"}"))
        .startsWith("DENIED Tried to push \"" + registry.host() + "/acme/shop\"")
        .contains("the registry answered 401")
        .endsWith(
            "check the credentials for %s in \"%s\", or those of the helper that it names"
                .formatted(registry.host(), config()))
        .doesNotContain("wrong-pass-phrase");
  }

  @Test
  void aHelperThatFailsIsToldWithoutItsWords() throws Exception {
    helper("vault", "echo '" + DockerRegistry.PASSWORD + " is locked'; exit 1");

    assertThat(push("{\"credsStore\":\"vault\"}"))
        .startsWith("DENIED ")
        .endsWith(noneFound())
        .doesNotContain(DockerRegistry.PASSWORD);
  }

  @Test
  void aHelperThatIsNotThereIsTold() throws Exception {
    assertThat(push("{\"credHelpers\":{\"%s\":\"absent\"}}".formatted(registry.host())))
        .startsWith("DENIED ")
        .endsWith(noneFound());
  }

  @Test
  void aHelperThatNeverAnswersIsNotWaitedForForEver() throws Exception {
    Path pid = temp.resolve("pid");
    helper("vault", "echo $$ > '" + pid + "'; exec sleep 600");

    assertThat(push("{\"credsStore\":\"vault\"}"))
        .startsWith("DENIED ")
        .contains("did not answer within " + PATIENCE.toSeconds() + " s");
    ProcessHandle.of(Long.parseLong(Files.readString(pid).strip()))
        .ifPresent(ProcessHandle::destroy);
  }

  private String noneFound() {
    return "no credentials for %s are in \"%s\", and no helper that it names gave any; run docker login, or the helper by hand"
        .formatted(registry.host(), config());
  }

  private Path config() {
    return temp.resolve("docker.json");
  }

  /** What the server asked for, a line each. */
  private List<String> asked(String helper) throws Exception {
    Path log = temp.resolve(helper + ".asked");
    return Files.exists(log) ? Files.readAllLines(log) : List.of();
  }

  private static String answering(String password) {
    return "printf '{\"ServerURL\":\"%%s\",\"Username\":\"%s\",\"Secret\":\"%s\"}' \"$server\""
        .formatted(DockerRegistry.USER, password);
  }

  private void helper(String name, String answer) throws Exception {
    Path file = Files.createDirectories(temp.resolve("bin")).resolve("docker-credential-" + name);
    Files.writeString(
        file,
        """
        #!/bin/sh
        test "$1" = get || exit 2
        read -r server
        echo "$server" >> '%s'
        %s
        """
            .formatted(temp.resolve(name + ".asked"), answer));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }

  private String push(String configuration) throws Exception {
    Files.writeString(config(), configuration);
    Workspaces.java(temp.resolve("workspace"));
    ProcessBuilder pushing =
        new ProcessBuilder(
            ProcessHandle.current().info().command().orElseThrow(),
            "-cp",
            System.getProperty("java.class.path"),
            Pushing.class.getName(),
            registry.host(),
            temp.toString());
    pushing
        .environment()
        .merge("PATH", temp.resolve("bin").toString(), (old, bin) -> bin + ":" + old);
    Process process = pushing.redirectError(temp.resolve("errors").toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(temp.resolve("errors"))).isZero();
    return said;
  }

  /** Pushes what stands in a directory, and prints the digest, or the refusal. */
  static final class Pushing {

    private Pushing() {}

    public static void main(String[] args) throws Exception {
      String host = args[0];
      Path temp = Path.of(args[1]);
      ContentStore store =
          ContentStore.open(temp.resolve("store"), StoreLimits.defaults(), InstantSource.system());
      RegistryAccess access = new RegistryAccess(host, Optional.of(temp.resolve("docker.json")));
      try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
        Registries registries =
            new Registries(
                List.of(access),
                store,
                executor,
                new Retries(1, Duration.ofMillis(1), Duration.ofMillis(2), PATIENCE));
        System.out.print(
            "pushed "
                + JibImageBuilder.open(store, registries, temp.resolve("staging"), executor)
                    .build(
                        Workspaces.javaPlan(temp.resolve("workspace")),
                        ImageName.parse(host + "/acme/shop"),
                        new Tag("0123abcd"))
                    .digest());
      } catch (ImageException e) {
        System.out.print(e.kind() + " " + e.getMessage());
      }
    }
  }
}
