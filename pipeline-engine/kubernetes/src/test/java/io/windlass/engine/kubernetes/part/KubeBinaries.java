package io.windlass.engine.kubernetes.part;

import io.windlass.engine.TestParts;
import io.windlass.engine.image.registry.DockerRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The programs of a control plane: from the folder that {@code KUBE_ASSETS} names, else from the
 * PATH, else from the newest {@code kubernetes-<version>} folder that {@code bin/parts} made.
 */
final class KubeBinaries {
  private static final List<String> NAMES =
      List.of("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler");

  private final Map<String, Path> programs;

  private KubeBinaries(Map<String, Path> programs) {
    this.programs = programs;
  }

  /** Skips the test where they are absent, unless this is CI. */
  static KubeBinaries needed() {
    Optional<KubeBinaries> found = find();
    TestParts.need(found.isPresent(), "Kubernetes control plane (run bin/parts)");
    return found.orElseThrow();
  }

  private static Optional<KubeBinaries> find() {
    String assets = System.getenv("KUBE_ASSETS");
    if (assets != null) {
      return among(name -> executable(Path.of(assets, name)));
    }
    return among(DockerRegistry::program)
        .or(() -> cached().flatMap(folder -> among(name -> executable(folder.resolve(name)))));
  }

  private static Optional<KubeBinaries> among(Function<String, Optional<Path>> place) {
    Map<String, Path> programs =
        NAMES.stream()
            .flatMap(name -> place.apply(name).map(path -> Map.entry(name, path)).stream())
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    return programs.size() == NAMES.size()
        ? Optional.of(new KubeBinaries(programs))
        : Optional.empty();
  }

  private static Optional<Path> executable(Path file) {
    return Optional.of(file).filter(Files::isExecutable);
  }

  private static Optional<Path> cached() {
    try (Stream<Path> folders = Files.list(TestParts.cache())) {
      return folders
          .filter(folder -> folder.getFileName().toString().startsWith("kubernetes-"))
          .filter(folder -> Files.isExecutable(folder.resolve("kube-apiserver")))
          .max(
              Comparator.comparing(folder ->
                  Runtime.Version.parse(
                      folder.getFileName().toString().substring("kubernetes-".length()))));
    } catch (IOException e) {
      return Optional.empty();
    } catch (UncheckedIOException e) {
      throw new AssertionError(e);
    }
  }

  /** A kubelet beside them; skips the test where there is none, unless this is CI. */
  Path kubelet() {
    Path kubelet = programs.get("kube-apiserver").resolveSibling("kubelet");
    TestParts.need(Files.isExecutable(kubelet), "kubelet (run bin/parts)");
    return kubelet;
  }

  /** The path of one of the programs. */
  String path(String name) {
    return programs.get(name).toString();
  }
}
