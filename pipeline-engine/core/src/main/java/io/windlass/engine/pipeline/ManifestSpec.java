package io.windlass.engine.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Objects for a cluster that the repository brings of its own, where Windlass would make them from
 * {@code app}. All paths are inside of the repository.
 */
public sealed interface ManifestSpec {
  /** The key of the file that says so. */
  String key();

  /** The paths that are read; what stands beside them in the same top folder may be, too. */
  List<String> paths();

  /**
   * Plain files.
   *
   * @param paths files, and folders whose files of YAML and JSON are taken with those below them
   */
  record Plain(List<String> paths) implements ManifestSpec {
    public Plain {
      paths = List.copyOf(paths);
    }

    @Override
    public String key() {
      return "manifests";
    }
  }

  /**
   * What kustomize makes.
   *
   * @param directory that has the kustomization
   */
  record Kustomize(String directory) implements ManifestSpec {
    @Override
    public String key() {
      return "kustomize";
    }

    @Override
    public List<String> paths() {
      return List.of(directory);
    }
  }

  /**
   * What helm makes.
   *
   * @param chart its folder
   * @param values files, a later one over those before it
   * @param release what the chart sees as its release's name; empty for the application's name
   */
  record Helm(String chart, List<String> values, Optional<String> release) implements ManifestSpec {
    public Helm {
      values = List.copyOf(values);
    }

    @Override
    public String key() {
      return "helm";
    }

    @Override
    public List<String> paths() {
      return Stream.concat(Stream.of(chart), values.stream()).toList();
    }
  }
}
