package io.windlass.webhooks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/windlass} with a JDK that writes down how it is called. */
class LauncherTest {
  private static final Path LAUNCHER = Path.of("../bin/windlass").toAbsolutePath().normalize();

  /** Says its arguments; asked for the start cache it writes one, unless it is told to fail. */
  private static final String JAVA =
      """
      #!/bin/sh
      for last; do :; done
      if [ "$last" = start-cache ]; then
        [ -z "${FAIL:-}" ] || { echo half >"$WINDLASS_START_CACHE/server.aot"; exit 1; }
        echo server classes >"$WINDLASS_START_CACHE/server.aot"
        echo keeper classes >"$WINDLASS_START_CACHE/keeper.aot"
        echo trained
      else
        echo "cache=${WINDLASS_START_CACHE:-none} $*"
      fi
      """;

  @TempDir Path temp;
  private Path install;
  private Path jdk;
  private Path jar;

  @BeforeEach
  void install() throws IOException {
    install = Files.createDirectories(temp.resolve("opt/with a space"));
    Files.createDirectories(install.resolve("bin"));
    Files.copy(LAUNCHER, install.resolve("bin/windlass"), StandardCopyOption.COPY_ATTRIBUTES);
    jar = Files.createDirectories(install.resolve("lib")).resolve("windlass.jar");
    Files.writeString(jar, "classes");
    jdk = temp.resolve("jdk");
    Path java = Files.createDirectories(jdk.resolve("bin")).resolve("java");
    Files.writeString(java, JAVA);
    assertThat(java.toFile().setExecutable(true)).isTrue();
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
  }

  @Test
  void serverAndKeeperStartFromTheirCachesAndNothingElseDoes() throws Exception {
    assertThat(windlass("server")).contains("cache=none").doesNotContain("AOTCache");

    windlass("start-cache");

    assertThat(windlass("server", "--config", "x"))
        .containsPattern("-XX:AOTCache=.*/server\\.aot ");
    assertThat(windlass("keeper")).containsPattern("-XX:AOTCache=.*/keeper\\.aot ");
    assertThat(windlass("demo"))
        .contains("cache=" + install.resolve("start-cache"))
        .doesNotContain("AOTCache");
    assertThat(windlass("version")).contains("cache=none").doesNotContain("AOTCache");
  }

  @Test
  void aCacheOfOtherLibrariesIsNotUsed() throws Exception {
    windlass("start-cache");
    FileTime time = Files.getLastModifiedTime(jar);
    Files.writeString(jar, "CLASSES");
    Files.setLastModifiedTime(jar, FileTime.from(time.toInstant().plusNanos(1_000_000)));

    assertThat(windlass("server")).contains("cache=none").doesNotContain("AOTCache");
  }

  @Test
  void aCacheOfAnotherJdkIsNotUsed() throws Exception {
    windlass("start-cache");
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.4\"\n");

    assertThat(windlass("server")).contains("cache=none").doesNotContain("AOTCache");
  }

  @Test
  void aBrokenCacheIsNotUsedAndMadeAgain() throws Exception {
    windlass("start-cache");
    Path keeper = caches().getFirst().resolve("keeper.aot");
    Files.writeString(keeper, "keeper clasSes\n");

    assertThat(windlass("server")).contains("cache=none").doesNotContain("AOTCache");
    assertThat(windlass("start-cache")).contains("trained");
    assertThat(windlass("server")).contains("AOTCache");
  }

  @Test
  void aCacheThatIsWholeIsNotMadeAgainAndOneOfBeforeGoes() throws Exception {
    windlass("start-cache");
    assertThat(windlass("start-cache")).doesNotContain("trained");
    List<Path> before = caches();

    Files.writeString(jar, "longer classes");
    windlass("start-cache");

    assertThat(caches()).hasSize(1).doesNotContainAnyElementsOf(before);
  }

  @Test
  void aTrainingThatFailsLeavesNothing() throws Exception {
    assertThat(run(Map.of("FAIL", "yes"), "start-cache").status()).isNotZero();

    assertThat(caches()).isEmpty();
    assertThat(windlass("server")).contains("cache=none");
  }

  @Test
  void theOperatorCanDoWithout() throws Exception {
    windlass("start-cache");

    assertThat(run(Map.of("WINDLASS_START_CACHE", "off"), "server").output())
        .contains("cache=none")
        .doesNotContain("AOTCache");
  }

  private List<Path> caches() throws IOException {
    try (Stream<Path> caches = Files.list(install.resolve("start-cache"))) {
      return caches.toList();
    }
  }

  private record Ended(int status, String output) {}

  private String windlass(String... arguments) throws IOException, InterruptedException {
    Ended ended = run(Map.of(), arguments);
    assertThat(ended.status()).as(ended.output()).isZero();
    return ended.output();
  }

  private Ended run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Stream.concat(
                    Stream.of(install.resolve("bin/windlass").toString()), Stream.of(arguments))
                .toList());
    builder.environment().keySet().removeIf(name -> name.startsWith("WINDLASS_"));
    builder.environment().put("WINDLASS_JAVA_HOME", jdk.toString());
    builder.environment().putAll(environment);
    Process process = builder.redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Ended(process.waitFor(), output);
  }
}
