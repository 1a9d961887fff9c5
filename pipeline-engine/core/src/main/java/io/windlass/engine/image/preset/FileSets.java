package io.windlass.engine.image.preset;

import static io.windlass.engine.image.ImageException.badPlan;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.preset.ImageSettings.FileSet;
import io.windlass.engine.image.preset.Presets.Placed;
import io.windlass.engine.image.preset.Presets.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The directories and files that the settings name, one layer each, in the order given. */
final class FileSets {

  private FileSets() {}

  static List<Placed> placed(ImageSettings settings, Workspace workspace, Path start)
      throws ImageException {
    List<Placed> layers = new ArrayList<>();
    for (FileSet set : settings.files()) {
      if (climbs(set.to()) || set.to().isBlank() || set.to().indexOf('\0') >= 0) {
        throw badPlan(
            "put \"" + set.from() + "\" at \"" + set.to() + "\"",
            "that is no place in an image",
            "write an absolute path, or one below the working directory, without ..");
      }
      Optional<Path> source = workspace.find(start, set.from());
      if (source.isEmpty()) {
        throw badPlan(
            "put \"" + set.from() + "\" into the image",
            "it is not in the workspace",
            "correct the name, or run the step that makes it");
      }
      layers.add(new Placed(set.from(), targets(set, source.get(), workspace)));
    }
    return layers;
  }

  /** Whether a name has a part that goes up. */
  static boolean climbs(String name) {
    return Arrays.asList(name.split("/", -1)).contains("..");
  }

  private static List<Target> targets(FileSet set, Path source, Workspace workspace)
      throws ImageException {
    List<Target> targets = new ArrayList<>();
    boolean directory = Files.isDirectory(source);
    for (Workspace.Found file : workspace.files(source)) {
      String below = set.to().endsWith("/") ? set.to() : set.to() + "/";
      boolean exactly = !directory && !set.to().endsWith("/");
      String name = directory ? file.name() : Path.of(set.from()).getFileName().toString();
      targets.add(new Target(file, plain(exactly ? set.to() : below + name)));
    }
    return targets;
  }

  /** Without {@code ./} in it, which would be another name for the same place. */
  private static String plain(String name) {
    String joined =
        String.join(
            "/",
            Arrays.stream(name.split("/"))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList());
    return name.startsWith("/") ? "/" + joined : joined;
  }
}
