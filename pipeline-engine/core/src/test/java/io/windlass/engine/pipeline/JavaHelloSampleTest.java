package io.windlass.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JavaHelloSampleTest {

  private static final Path SAMPLE =
      Path.of(System.getProperty("windlass.root"), "pipelines", "samples", "java-hello");

  private static PipelineReader.ReadResult pipeline() throws IOException {
    return PipelineReader.read(
        PipelineReader.FILE, Files.readAllBytes(SAMPLE.resolve(PipelineReader.FILE)));
  }

  @Test
  void itsPipelineIsRead() throws IOException {
    var result = pipeline();

    assertThat(result.problems()).isEmpty();
    Pipeline p = result.pipeline().orElseThrow();
    assertThat(p.steps().keySet()).containsExactly("compile", "test");
    var scale = p.environments().get("production").scale().get("web");
    assertThat(scale.policies().stream().map(policy -> policy.key()))
        .containsExactly("cpu", "network-out");
  }

  @Test
  void itsStepsPass(@TempDir Path workspace) throws Exception {
    copy(workspace);

    for (Step step : pipeline().pipeline().orElseThrow().steps().values()) {
      assertThat(run(workspace, step.command())).as(step.name()).isZero();
    }
    assertThat(workspace.resolve("build/classes/Main.class")).exists();
  }

  @Test
  void theVersionThatTheDemoBreaksStillCompilesAndPassesItsTest(@TempDir Path workspace)
      throws Exception {
    copy(workspace);
    Path version = workspace.resolve("src/Version.java");
    Files.writeString(version, Files.readString(version).replace("\"1\"", "\"broken\""));

    for (Step step : pipeline().pipeline().orElseThrow().steps().values()) {
      assertThat(run(workspace, step.command())).as(step.name()).isZero();
    }
    assertThat(run(workspace, Step.shell("exec java -cp build/classes Main"))).isEqualTo(1);
    assertThat(Files.readString(workspace.resolve("output.txt"))).contains("refuses to start");
  }

  private static void copy(Path to) throws IOException {
    try (Stream<Path> files = Files.walk(SAMPLE)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        Path copy = to.resolve(SAMPLE.relativize(file).toString());
        Files.createDirectories(copy.getParent());
        Files.copy(file, copy);
      }
    }
  }

  private static int run(Path folder, List<String> command) throws Exception {
    var builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
    String jdk = Path.of(System.getProperty("java.home"), "bin").toString();
    builder.environment().put("PATH", jdk + ":" + System.getenv("PATH"));
    Process process = builder.redirectOutput(folder.resolve("output.txt").toFile()).start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ended in time").isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }
}
