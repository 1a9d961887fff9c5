package io.windlass.engine.image.preset;

import static io.windlass.engine.image.ImageException.badPlan;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.preset.Presets.Content;
import io.windlass.engine.image.preset.Presets.Placed;
import io.windlass.engine.image.preset.Presets.Target;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Java programs, in four layers by how often they change: dependencies, snapshot dependencies,
 * resources, classes. A commit that changes one class sends one small layer.
 */
final class JavaPreset {

  private JavaPreset() {}

  static Content content(ImageSettings settings, Workspace workspace, Path start)
      throws ImageException {
    JavaLayout layout = JavaLayout.find(workspace, start);
    List<Workspace.Found> compiled = new ArrayList<>();
    for (Path directory : layout.compiled()) {
      compiled.addAll(workspace.files(directory));
    }
    if (compiled.stream().noneMatch(JavaPreset::isClass)) {
      return packaged(settings, layout);
    }
    List<Placed> layers = new ArrayList<>();
    List<String> classPath = new ArrayList<>();
    if (compiled.stream().anyMatch(JavaPreset::isResource)) {
      classPath.add("resources");
    }
    classPath.add("classes");
    addJars(layout, layers, classPath);
    layers.add(placed("resources", compiled, JavaPreset::isResource));
    layers.add(placed("classes", compiled, JavaPreset::isClass));
    return new Content(layers, start(settings, classPath, compiled, layout));
  }

  /** A build that left one jar and no classes. */
  private static Content packaged(ImageSettings settings, JavaLayout layout) throws ImageException {
    if (layout.packaged().size() != 1) {
      if (!settings.entrypoint().isEmpty() && !settings.files().isEmpty()) {
        return new Content(List.of(), List.of());
      }
      throw badPlan(
          "build an image with the preset java",
          layout.packaged().isEmpty()
              ? "no compiled classes are in target/classes, build/classes or out"
              : "more than one jar is in target or build/libs and no classes beside them",
          "compile in a step before, or set directory, or use the preset files");
    }
    List<Placed> layers = new ArrayList<>();
    List<String> classPath = new ArrayList<>(List.of("app.jar"));
    addJars(layout, layers, classPath);
    layers.add(
        new Placed("application", List.of(new Target(layout.packaged().getFirst(), "app.jar"))));
    return new Content(layers, start(settings, classPath, List.of(), layout));
  }

  private static boolean isClass(Workspace.Found file) {
    return file.name().endsWith(".class");
  }

  private static boolean isResource(Workspace.Found file) {
    return !isClass(file);
  }

  private static void addJars(JavaLayout layout, List<Placed> layers, List<String> classPath) {
    List<Target> fixed = new ArrayList<>();
    List<Target> snapshots = new ArrayList<>();
    for (Workspace.Found jar : layout.jars()) {
      (jar.name().contains("-SNAPSHOT") ? snapshots : fixed)
          .add(new Target(jar, "libs/" + jar.name()));
    }
    layers.add(new Placed("dependencies", fixed));
    layers.add(new Placed("snapshot dependencies", snapshots));
    if (!layout.jars().isEmpty()) {
      classPath.add("libs/*");
    }
  }

  private static Placed placed(
      String name, List<Workspace.Found> compiled, Predicate<Workspace.Found> which) {
    List<Target> targets = new ArrayList<>();
    for (Workspace.Found file : compiled) {
      if (which.test(file)) {
        Workspace.Found plain =
            new Workspace.Found(file.name(), file.source(), file.bytes(), false);
        targets.add(new Target(plain, name + "/" + file.name()));
      }
    }
    return new Placed(name, targets);
  }

  private static List<String> start(
      ImageSettings settings,
      List<String> classPath,
      List<Workspace.Found> compiled,
      JavaLayout layout)
      throws ImageException {
    if (!settings.entrypoint().isEmpty()) {
      return settings.entrypoint();
    }
    List<String> command = new ArrayList<>(List.of("java"));
    command.addAll(settings.jvmFlags());
    command.add("-cp");
    command.add(String.join(":", classPath));
    command.add(MainClass.find(settings.mainClass(), compiled, layout.packaged()));
    return command;
  }
}
