package io.windlass.engine.image.preset;

import static io.windlass.engine.image.ImageException.badPlan;

import io.windlass.engine.image.Base;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImagePlan;
import io.windlass.engine.image.ImagePlan.Entry;
import io.windlass.engine.image.ImagePlan.Layer;
import io.windlass.engine.image.Platform;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** Makes plans from settings and what a workspace holds. */
public final class Presets {

  /** Where files go and programs start when nothing else is said. */
  public static final String WORKDIR = "/app";

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern OWNER = Pattern.compile("\\d{1,10}:\\d{1,10}");
  private static final Pattern USER =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]*(?::[A-Za-z0-9_][A-Za-z0-9_.-]*)?");

  private Presets() {}

  /** The plan for what a workspace holds now, within the default limits. */
  public static ImagePlan plan(ImageSettings settings, Path workspace) throws ImageException {
    return plan(settings, workspace, ScanLimits.defaults());
  }

  /**
   * The plan for what a workspace holds now.
   *
   * @throws ImageException of kind BAD_PLAN when the settings contradict themselves, nothing is
   *     there to put into an image, or the workspace holds what must not go into one
   */
  public static ImagePlan plan(ImageSettings settings, Path directory, ScanLimits limits)
      throws ImageException {
    Base base = settings.from().orElse(new Base.Host());
    String workdir = workdir(settings, base);
    Workspace workspace = new Workspace(directory, limits);
    Path start = start(settings, workspace);
    Content content =
        switch (settings.preset()) {
          case JAVA -> JavaPreset.content(settings, workspace, start);
          case FILES -> new Content(List.of(), List.of());
        };
    List<Placed> placed = new ArrayList<>(content.layers());
    placed.addAll(FileSets.placed(settings, workspace, start));
    List<String> entrypoint =
        settings.entrypoint().isEmpty() ? content.entrypoint() : settings.entrypoint();
    if (placed.isEmpty()) {
      throw badPlan("build an image", "no files were named", "name some under files");
    }
    if (entrypoint.isEmpty() && !(base instanceof Base.FromRegistry)) {
      throw badPlan("build an image", "nothing says what to start", "set entrypoint");
    }
    return new ImagePlan(
        workspace.root(),
        base,
        layers(placed, workdir, owner(settings)),
        entrypoint,
        env(settings),
        workdir,
        user(settings),
        ports(settings),
        labels(base),
        settings.platform().orElseGet(Platform::ofThisMachine));
  }

  /** Files by where they go: absolute, or below the working directory. */
  record Placed(String layer, List<Target> files) {}

  record Target(Workspace.Found file, String to) {}

  /** What a preset found. */
  record Content(List<Placed> layers, List<String> entrypoint) {}

  private static Path start(ImageSettings settings, Workspace workspace) throws ImageException {
    if (settings.directory().isEmpty()) {
      return workspace.root();
    }
    String name = settings.directory().get();
    return workspace
        .directory(workspace.root(), name)
        .orElseThrow(() ->
            badPlan(
                "build an image of \"" + name + "\"",
                "there is no such directory in the workspace",
                "correct directory, or run the step that makes it"));
  }

  private static List<Layer> layers(List<Placed> placed, String workdir, String owner)
      throws ImageException {
    Set<String> taken = new HashSet<>();
    List<Layer> layers = new ArrayList<>();
    for (Placed layer : placed) {
      List<Entry> entries = new ArrayList<>();
      for (Target target : layer.files()) {
        String to = target.to().startsWith("/") ? target.to() : workdir + "/" + target.to();
        to = to.replaceAll("/{2,}", "/");
        if (!taken.add(to)) {
          throw badPlan("build an image", "two files go to \"" + to + "\"", "leave one out");
        }
        Workspace.Found file = target.file();
        entries.add(new Entry(file.source(), to, file.bytes(), file.executable(), owner));
      }
      if (!entries.isEmpty()) {
        layers.add(new Layer(layer.layer(), entries));
      }
    }
    return layers;
  }

  private static String workdir(ImageSettings settings, Base base) throws ImageException {
    String workdir = settings.workdir().orElse(WORKDIR);
    if (base instanceof Base.Host && !workdir.equals(WORKDIR)) {
      throw badPlan(
          "start the program in \"" + workdir + "\"",
          "images on the base host start in " + WORKDIR,
          "leave workdir out, or choose a base with from");
    }
    if (!workdir.startsWith("/") || FileSets.climbs(workdir)) {
      throw badPlan(
          "start the program in \"" + workdir + "\"", "that is not absolute", "write /srv/app");
    }
    return workdir.length() > 1 && workdir.endsWith("/")
        ? workdir.substring(0, workdir.length() - 1)
        : workdir;
  }

  private static SortedMap<String, String> env(ImageSettings settings) throws ImageException {
    for (var variable : settings.env().entrySet()) {
      if (!VARIABLE.matcher(variable.getKey()).matches()
          || variable.getValue().indexOf('\0') >= 0) {
        throw badPlan(
            "set the variable \"" + variable.getKey() + "\"",
            "it is not letters, digits and _, or its value holds a zero byte",
            "rename it");
      }
    }
    return new TreeMap<>(settings.env());
  }

  private static Optional<String> user(ImageSettings settings) throws ImageException {
    if (settings.user().isPresent() && !USER.matcher(settings.user().get()).matches()) {
      throw badPlan(
          "run as \"" + settings.user().get() + "\"", "that is no user", "write 1000 or 1000:1000");
    }
    return settings.user();
  }

  private static String owner(ImageSettings settings) throws ImageException {
    String owner = settings.owner().orElse("0:0");
    if (!OWNER.matcher(owner).matches()) {
      throw badPlan(
          "give the files to \"" + owner + "\"", "that is not two numbers", "write 1000:1000");
    }
    return owner;
  }

  private static List<Integer> ports(ImageSettings settings) throws ImageException {
    for (int port : settings.ports()) {
      if (port < 1 || port > 65535) {
        throw badPlan("expose port " + port, "there is no such port", "use 1 to 65535");
      }
    }
    return settings.ports().stream().sorted().distinct().toList();
  }

  private static SortedMap<String, String> labels(Base base) {
    SortedMap<String, String> labels = new TreeMap<>();
    if (base instanceof Base.Host) {
      labels.put(Base.LABEL, "host");
    }
    return labels;
  }
}
