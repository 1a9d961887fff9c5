package io.windlass.engine.image.preset;

import io.windlass.engine.image.ImageException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Where a Java build left its results.
 *
 * @param compiled directories of classes and of the resources beside them
 * @param jars what the program needs, each one file
 * @param packaged jars that the build made of the program itself: read for their manifests, and
 *     shipped only where there are no {@code compiled} directories
 */
record JavaLayout(List<Path> compiled, List<Workspace.Found> jars, List<Workspace.Found> packaged) {

  /** Jars of a program's sources, documentation and tests, and what shading leaves behind. */
  private static final Pattern BESIDE =
      Pattern.compile(".*-(?:sources|javadoc|tests|test-fixtures|plain)\\.jar|original-.*");

  /**
   * Looks for what Maven, Gradle and plain compilers leave, in this order; the first that is there
   * is taken.
   */
  static JavaLayout find(Workspace workspace, Path directory) throws ImageException {
    List<Path> compiled = compiled(workspace, directory);
    List<Workspace.Found> packaged = new ArrayList<>();
    for (String place : List.of("target", "build/libs")) {
      Optional<Path> there = workspace.directory(directory, place);
      if (there.isPresent()) {
        workspace.jars(there.get()).stream()
            .filter(jar -> !BESIDE.matcher(jar.name()).matches())
            .forEach(packaged::add);
      }
    }
    return new JavaLayout(compiled, jars(workspace, directory, packaged), packaged);
  }

  private static List<Path> compiled(Workspace workspace, Path directory) throws ImageException {
    List<Path> maven = existing(workspace, directory, List.of("target/classes"));
    if (!maven.isEmpty()) {
      return maven;
    }
    List<Path> gradle =
        existing(
            workspace,
            directory,
            List.of(
                "build/classes/java/main",
                "build/classes/kotlin/main",
                "build/classes/groovy/main",
                "build/classes/scala/main",
                "build/resources/main"));
    if (!gradle.isEmpty()) {
      return gradle;
    }
    Optional<Path> production = workspace.directory(directory, "out/production");
    if (production.isPresent()) {
      return workspace.children(production.get());
    }
    for (String place : List.of("build/classes", "out", "classes")) {
      List<Path> plain = existing(workspace, directory, List.of(place));
      if (!plain.isEmpty()) {
        return plain;
      }
    }
    return List.of();
  }

  private static List<Workspace.Found> jars(
      Workspace workspace, Path directory, List<Workspace.Found> packaged) throws ImageException {
    List<Path> places = new ArrayList<>();
    places.addAll(
        existing(
            workspace,
            directory,
            List.of(
                "target/dependency",
                "target/lib",
                "target/libs",
                "build/dependency",
                "build/dependencies",
                "lib",
                "libs")));
    Optional<Path> install = workspace.directory(directory, "build/install");
    if (install.isPresent()) {
      for (Path application : workspace.children(install.get())) {
        workspace.directory(application, "lib").ifPresent(places::add);
      }
    }
    Set<String> taken = new HashSet<>();
    packaged.forEach(own -> taken.add(own.name()));
    List<Workspace.Found> jars = new ArrayList<>();
    for (Path place : places) {
      for (Workspace.Found jar : workspace.jars(place)) {
        if (taken.add(jar.name())) {
          jars.add(jar);
        }
      }
    }
    return jars;
  }

  private static List<Path> existing(Workspace workspace, Path directory, List<String> places)
      throws ImageException {
    List<Path> there = new ArrayList<>();
    for (String place : places) {
      workspace.directory(directory, place).ifPresent(there::add);
    }
    return there;
  }
}
