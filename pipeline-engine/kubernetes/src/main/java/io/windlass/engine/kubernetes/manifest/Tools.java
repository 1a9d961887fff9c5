package io.windlass.engine.kubernetes.manifest;

import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.RolloutException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The operator's programs that make objects of a commit's files.
 *
 * @param kustomize empty where the machine has none
 * @param helm empty where the machine has none
 */
public record Tools(Optional<Path> kustomize, Optional<Path> helm) {
  private static final List<String> KUSTOMIZE_VERSION = List.of("version");
  private static final List<String> HELM_VERSION = List.of("version", "--template", "{{.Version}}");

  /** Those that the operator names, else those of the server's own PATH. */
  public static Tools of(Optional<Path> kustomize, Optional<Path> helm) {
    return new Tools(kustomize.or(() -> onPath("kustomize")), helm.or(() -> onPath("helm")));
  }

  /** No program; plain files need none. */
  public static Tools none() {
    return new Tools(Optional.empty(), Optional.empty());
  }

  private static Optional<Path> onPath(String program) {
    String path = System.getenv("PATH");
    return Stream.of((path == null ? "" : path).split(Pattern.quote(File.pathSeparator)))
        .filter(directory -> !directory.isEmpty())
        .map(directory -> Path.of(directory).resolve(program))
        .filter(file -> file.isAbsolute() && Files.isExecutable(file))
        .findFirst();
  }

  /**
   * What each program that is there says of its version, by its name; of one that cannot be run,
   * why.
   */
  public Map<String, String> versions() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("windlass-tools");
    try {
      Map<String, String> versions = new TreeMap<>();
      if (kustomize.isPresent()) {
        versions.put("kustomize", version(kustomize.get(), KUSTOMIZE_VERSION, folder));
      }
      if (helm.isPresent()) {
        versions.put("helm", version(helm.get(), HELM_VERSION, folder));
      }
      return versions;
    } finally {
      Files.delete(folder);
    }
  }

  private static String version(Path program, List<String> arguments, Path folder)
      throws InterruptedException {
    try {
      return new Program(program, folder).version(arguments);
    } catch (RolloutException e) {
      return String.valueOf(e.getMessage());
    }
  }

  Drawing kustomize(ManifestSpec.Kustomize wanted, Path tree)
      throws RolloutException, InterruptedException {
    if (kustomize.isEmpty()) {
      return absent("kustomize");
    }
    List<String> problems = Kustomizations.check(tree, wanted.directory());
    if (!problems.isEmpty()) {
      return new Drawing.Failed(problems);
    }
    Program program = new Program(kustomize.get(), tree);
    return program.draw(
        "kustomize",
        KUSTOMIZE_VERSION,
        List.of("build", tree.resolve(wanted.directory()).normalize().toString()));
  }

  Drawing helm(EnvironmentId environment, ManifestSpec.Helm wanted, Path tree, String namespace)
      throws RolloutException, InterruptedException {
    if (helm.isEmpty()) {
      return absent("helm");
    }
    Path chart = tree.resolve(wanted.chart()).normalize();
    List<String> problems = new ArrayList<>();
    if (!Files.isRegularFile(chart.resolve("Chart.yaml"), LinkOption.NOFOLLOW_LINKS)) {
      problems.add("\"" + wanted.chart() + "\" has no Chart.yaml");
    }
    List<String> command = new ArrayList<>(List.of("template"));
    command.add(wanted.release().orElseGet(() -> Names.app(environment)));
    command.add(chart.toString());
    // What is left out in silence could not be refused.
    command.addAll(List.of("--namespace", namespace, "--include-crds", "--skip-tests"));
    for (String values : wanted.values()) {
      Path file = tree.resolve(values).normalize();
      if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
        problems.add("\"" + values + "\" is no file of the repository; links are not followed");
      }
      command.addAll(List.of("--values", file.toString()));
    }
    return problems.isEmpty()
        ? new Program(helm.get(), tree).draw("helm", HELM_VERSION, command)
        : new Drawing.Failed(problems);
  }

  private static Drawing absent(String tool) {
    return Drawing.Failed.because(
        "the server has no %s; let the operator install it, or name it with \"%s\" in the target"
            .formatted(tool, tool));
  }
}
