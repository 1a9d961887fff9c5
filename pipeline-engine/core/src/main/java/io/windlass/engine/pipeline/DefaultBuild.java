package io.windlass.engine.pipeline;

import java.util.List;
import java.util.Optional;

/**
 * The step that a preset brings where the file names no {@code steps}. It finds out in the
 * workspace how the project is built, so that the first file can be three lines long; whoever wants
 * it otherwise writes a step.
 */
final class DefaultBuild {

  /**
   * Wrapper before tool, Maven before Gradle, and where there is neither, the compiler over all of
   * {@code src}. What comes out is where the image's preset looks: classes and the jars that they
   * need.
   */
  private static final String JAVA =
      """
      if [ -f mvnw ]; then
        sh ./mvnw -B -ntp package dependency:copy-dependencies -DincludeScope=runtime
      elif [ -f pom.xml ]; then
        mvn -B -ntp package dependency:copy-dependencies -DincludeScope=runtime
      elif [ -f gradlew ]; then
        sh ./gradlew --no-daemon build
      elif [ -f build.gradle ] || [ -f build.gradle.kts ]; then
        gradle --no-daemon build
      elif [ -d src ]; then
        sources=src
        if [ -d src/main/java ]; then sources=src/main/java; fi
        find "$sources" -name '*.java' > .windlass-sources
        mkdir -p build/classes
        javac -d build/classes -cp 'lib/*' @.windlass-sources
        rm .windlass-sources
        if [ -d src/main/resources ]; then cp -R src/main/resources/. build/classes; fi
      else
        echo "Found no mvnw, pom.xml, gradlew, build.gradle or src to build." >&2
        echo "Write the build as a step in windlass.yaml." >&2
        exit 1
      fi
      """;

  private DefaultBuild() {}

  static Optional<Step> step(ImageSpec image) {
    return switch (image.preset()) {
      case JAVA ->
          Optional.of(
              new Step(
                  Defaults.BUILD_STEP,
                  List.of(),
                  image.directory().map(d -> "cd " + quoted(d) + "\n").orElse("") + JAVA,
                  image.buildEnv(),
                  List.of(),
                  Defaults.STEP_TIMEOUT,
                  Defaults.STEP_RETRIES,
                  Defaults.ALLOW_FAILURE,
                  Optional.empty(),
                  Resources.UNSAID,
                  List.of()));
      case FILES -> Optional.empty();
    };
  }

  private static String quoted(String path) {
    return "'" + path.replace("'", "'\\''") + "'";
  }
}
