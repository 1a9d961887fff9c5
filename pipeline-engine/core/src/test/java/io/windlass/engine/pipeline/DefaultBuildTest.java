package io.windlass.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.syntax.Source;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DefaultBuildTest {

  private static Step step(String image) {
    var result = PipelineReader.read(new Source("windlass.yaml", "image: " + image));
    assertThat(result.problems()).isEmpty();
    return result.pipeline().orElseThrow().steps().get("build");
  }

  private static int run(Step step, Path workspace, Path tools) throws Exception {
    String jdk = Path.of(System.getProperty("java.home"), "bin").toString();
    var builder =
        new ProcessBuilder(step.command())
            .directory(workspace.toFile())
            .redirectErrorStream(true)
            .redirectOutput(workspace.resolve("output.txt").toFile());
    builder.environment().put("PATH", tools + ":" + jdk + ":" + System.getenv("PATH"));
    Process process = builder.start();
    try {
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  @Test
  void plainSourcesAreCompiledWithTheirResources(@TempDir Path workspace) throws Exception {
    Path folder = Files.createDirectories(workspace.resolve("app/src/main/java"));
    Files.writeString(folder.resolve("A.java"), "public class A {}");
    Path resources = Files.createDirectories(workspace.resolve("app/src/main/resources"));
    Files.writeString(resources.resolve("a.txt"), "x");

    int exit = run(step("{ preset: java, directory: app }"), workspace, workspace);

    assertThat(exit).as(Files.readString(workspace.resolve("output.txt"))).isZero();
    assertThat(workspace.resolve("app/build/classes/A.class")).exists();
    assertThat(workspace.resolve("app/build/classes/a.txt")).exists();
  }

  @Test
  void aMavenProjectIsPackagedByMaven(@TempDir Path workspace, @TempDir Path tools)
      throws Exception {
    Path maven = Files.writeString(tools.resolve("mvn"), "#!/bin/sh\necho \"maven $*\"\n");
    assertThat(maven.toFile().setExecutable(true)).isTrue();
    Files.writeString(workspace.resolve("pom.xml"), "<project/>");

    assertThat(run(step("{ preset: java }"), workspace, tools)).isZero();
    assertThat(Files.readString(workspace.resolve("output.txt")))
        .startsWith("maven -B -ntp package");
  }

  @Test
  void aBuildThatFailsFailsTheStep(@TempDir Path workspace) throws Exception {
    Files.createDirectories(workspace.resolve("src"));
    Files.writeString(workspace.resolve("src/A.java"), "nonsense");

    assertThat(run(step("{ preset: java }"), workspace, workspace)).isNotZero();
  }

  @Test
  void aFolderWithNothingToBuildSaysSo(@TempDir Path workspace) throws Exception {
    assertThat(run(step("{ preset: java }"), workspace, workspace)).isEqualTo(1);
    assertThat(Files.readString(workspace.resolve("output.txt")))
        .contains("Found no mvnw")
        .contains("windlass.yaml");
  }
}
