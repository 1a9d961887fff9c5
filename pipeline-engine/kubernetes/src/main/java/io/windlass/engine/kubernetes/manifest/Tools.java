package io.windlass.engine.kubernetes.manifest;

import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.Offer;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.rollout.RolloutException;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
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

/** The operator's programs that make objects of a commit's files. Thread-safe. */
public final class Tools {
  private static final String SCHEMA = "values.schema.json";
  private static final Program.Known KUSTOMIZE =
      new Program.Known(
          "kustomize", List.of("version"), Pattern.compile("\\D*5\\.\\d.*"), "kustomize 5");

  /** From the first on that can be told to leave schemas alone. */
  static final Program.Known HELM =
      new Program.Known(
          "helm",
          List.of("version", "--template", "{{.Version}}"),
          Pattern.compile("v3\\.(1[6-9]|[2-9]\\d)(\\D.*)?"),
          "a helm 3 from 3.16 on");

  private final Optional<Program.Installed> kustomize;
  private final Optional<Program.Installed> helm;

  /**
   * These files.
   *
   * @param kustomize empty where the machine has none
   * @param helm empty where the machine has none
   */
  public Tools(Optional<Path> kustomize, Optional<Path> helm) {
    this.kustomize = kustomize.map(file -> Program.Installed.of(KUSTOMIZE, file));
    this.helm = helm.map(file -> Program.Installed.of(HELM, file));
  }

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
   * A program that is there.
   *
   * @param version what it says; of one that cannot be run, why
   * @param open what of this machine it could reach, and why; empty where there is nothing
   */
  public record Found(String version, Optional<String> open) {}

  /**
   * Each program that is there, by its name. Files are drawn behind the walls that are found here,
   * or not at all while these do not work.
   */
  public Map<String, Found> found() throws IOException, InterruptedException {
    Path folder = Files.createTempDirectory("windlass-tools");
    try {
      Map<String, Found> found = new TreeMap<>();
      if (kustomize.isPresent()) {
        found.put("kustomize", look(kustomize.get(), folder));
      }
      if (helm.isPresent()) {
        found.put("helm", look(helm.get(), folder));
      }
      return found;
    } finally {
      Files.delete(folder);
    }
  }

  private static Found look(Program.Installed installed, Path folder) throws InterruptedException {
    var program = new Program(installed, folder);
    try {
      String version = program.version();
      return new Found(version, program.open());
    } catch (RolloutException e) {
      return new Found(String.valueOf(e.getMessage()), Optional.empty());
    }
  }

  Drawing kustomize(ManifestSpec.Kustomize wanted, Path tree)
      throws RolloutException, InterruptedException {
    if (kustomize.isEmpty()) {
      return absent("kustomize");
    }
    try (Handed handed = Handed.beside(tree)) {
      Kustomizations.Ready ready = Kustomizations.write(tree, wanted.directory(), handed);
      if (!ready.problems().isEmpty()) {
        return new Drawing.Failed(ready.problems());
      }
      Drawing drawing =
          new Program(kustomize.get(), handed.directory()).draw(List.of("build", ready.folder()));
      return drawing instanceof Drawing.Failed(var problems)
          ? new Drawing.Failed(problems.stream().map(ready::translated).toList())
          : drawing;
    } catch (IOException e) {
      throw new UncheckedIOException("Tried to copy what was just written", e);
    }
  }

  Drawing helm(
      EnvironmentId environment,
      ManifestSpec.Helm wanted,
      Path tree,
      String namespace,
      Manifests.Offers cluster)
      throws RolloutException, ClusterException, InterruptedException {
    if (helm.isEmpty()) {
      return absent("helm");
    }
    Path chart = tree.resolve(wanted.chart()).normalize();
    List<String> problems = new ArrayList<>();
    if (!Files.isRegularFile(chart.resolve("Chart.yaml"), LinkOption.NOFOLLOW_LINKS)) {
      problems.add("\"" + wanted.chart() + "\" has no Chart.yaml");
    }
    for (String values : wanted.values()) {
      if (!Files.isRegularFile(tree.resolve(values), LinkOption.NOFOLLOW_LINKS)) {
        problems.add("\"" + values + "\" is no file of the repository; links are not followed");
      }
    }
    if (!problems.isEmpty()) {
      return new Drawing.Failed(problems);
    }
    List<String> command = new ArrayList<>(List.of("template"));
    command.add(wanted.release().orElseGet(() -> Names.app(environment)));
    command.add("chart");
    // What is left out in silence could not be refused.
    command.addAll(List.of("--namespace", namespace, "--include-crds", "--skip-tests"));
    // A schema can refer to any address and any file, and helm would read it.
    command.add("--skip-schema-validation");
    Offer offer = cluster.ask();
    command.addAll(List.of("--kube-version", offer.version()));
    offer.apis().forEach(api -> command.addAll(List.of("--api-versions", api)));
    try (Handed handed = Handed.beside(tree)) {
      handed.folder(chart, "chart", SCHEMA);
      for (int i = 0; i < wanted.values().size(); i++) {
        // The option takes a list with commas in it, and addresses.
        handed.file(tree.resolve(wanted.values().get(i)), "values-" + i + ".yaml");
        command.addAll(List.of("--values", "values-" + i + ".yaml"));
      }
      return new Program(helm.get(), handed.directory()).draw(command);
    } catch (IOException e) {
      throw new UncheckedIOException("Tried to copy what was just written", e);
    }
  }

  private static Drawing absent(String tool) {
    return Drawing.Failed.because(
        "the server has no %s; let the operator install it, or name it with \"%s\" in the target"
            .formatted(tool, tool));
  }
}
