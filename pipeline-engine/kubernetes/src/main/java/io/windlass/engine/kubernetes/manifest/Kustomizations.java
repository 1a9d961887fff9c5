package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Looks through a kustomization, and all that it builds on, before kustomize does: every file that
 * it would read must be one of the repository, so that nothing is fetched and nothing else of the
 * machine is read. What could start a program is refused.
 */
final class Kustomizations {
  private static final List<String> NAMES =
      List.of("kustomization.yaml", "kustomization.yml", "Kustomization");
  private static final int MOST = 200;
  private static final int MOST_BYTES = 1 << 20;

  /** No colon: nothing that could be taken for an address. */
  private static final Pattern PATH = Pattern.compile("[A-Za-z0-9._/@+, -]{1,500}");

  private static final Set<String> FIELDS =
      Set.of(
          "apiVersion",
          "kind",
          "metadata",
          "resources",
          "bases",
          "components",
          "namespace",
          "namePrefix",
          "nameSuffix",
          "labels",
          "commonLabels",
          "commonAnnotations",
          "patches",
          "patchesStrategicMerge",
          "patchesJson6902",
          "replacements",
          "replicas",
          "images",
          "vars",
          "configMapGenerator",
          "generatorOptions",
          "configurations",
          "crds",
          "openapi",
          "sortOptions",
          "buildMetadata");

  private final Path tree;
  private final List<String> problems = new ArrayList<>();
  private final Set<Path> seen = new HashSet<>();

  private Kustomizations(Path tree) {
    this.tree = tree;
  }

  /** All that speaks against running kustomize over a folder. */
  static List<String> check(Path tree, String directory) {
    var check = new Kustomizations(tree);
    try {
      check.folder(tree.resolve(directory).normalize(), directory);
    } catch (IOException e) {
      throw new UncheckedIOException("Tried to read what was just written", e);
    }
    return check.problems;
  }

  private String name(Path path) {
    return tree.relativize(path).toString();
  }

  private void folder(Path folder, String asked) throws IOException {
    if (!seen.add(folder)) {
      return;
    }
    if (seen.size() > MOST) {
      problems.add(asked + " is the " + seen.size() + "th kustomization; at most " + MOST);
      return;
    }
    List<Path> files =
        NAMES.stream()
            .map(folder::resolve)
            .filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
            .toList();
    if (files.size() != 1) {
      problems.add("\"" + asked + "\" has " + files.size() + " kustomization.yaml, expected one");
      return;
    }
    Path file = files.getFirst();
    if (Files.size(file) > MOST_BYTES) {
      problems.add(name(file) + " has more than " + MOST_BYTES + " bytes");
      return;
    }
    Documents read = Documents.read(name(file), Files.readString(file, StandardCharsets.UTF_8));
    problems.addAll(read.problems());
    if (!read.problems().isEmpty()) {
      return;
    }
    if (read.objects().size() != 1) {
      problems.add(name(file) + " has " + read.objects().size() + " documents, expected one");
      return;
    }
    fields(file, folder, read.objects().getFirst().tree());
  }

  private void fields(Path file, Path folder, JsonNode tree) throws IOException {
    tree.fieldNames()
        .forEachRemaining(field -> {
          if (!FIELDS.contains(field)) {
            problems.add(name(file) + ": " + field + " is not taken" + advice(field));
          }
        });
    for (String list : List.of("resources", "bases", "components")) {
      for (JsonNode entry : tree.path(list)) {
        Optional<Path> path = inside(file, folder, list, entry.asText());
        if (path.isPresent() && Files.isDirectory(path.get(), LinkOption.NOFOLLOW_LINKS)) {
          folder(path.get(), name(path.get()));
        }
      }
    }
    for (String list : List.of("crds", "configurations", "patchesStrategicMerge")) {
      tree.path(list).forEach(entry -> inside(file, folder, list, entry.asText()));
    }
    for (String list : List.of("patches", "patchesJson6902", "replacements")) {
      tree.path(list).forEach(entry -> path(file, folder, list, entry));
    }
    path(file, folder, "openapi", tree.path("openapi"));
    for (JsonNode generator : tree.path("configMapGenerator")) {
      generator.path("files").forEach(entry -> keyed(file, folder, entry.asText()));
      generator
          .path("envs")
          .forEach(entry -> inside(file, folder, "configMapGenerator", entry.asText()));
      if (generator.has("env")) {
        inside(file, folder, "configMapGenerator", generator.path("env").asText());
      }
    }
  }

  private static String advice(String field) {
    return switch (field) {
      case "helmCharts", "helmChartInflationGenerator", "helmGlobals" ->
          "; use \"helm\" of the environment for a chart";
      case "generators", "transformers", "validators" -> "; it could start programs";
      case "secretGenerator" -> "; name what is secret in app.secrets";
      default -> "";
    };
  }

  private void path(Path file, Path folder, String field, JsonNode entry) {
    if (entry.has("path")) {
      inside(file, folder, field, entry.path("path").asText());
    }
  }

  /** {@code key=path}, or a path alone. */
  private void keyed(Path file, Path folder, String entry) {
    inside(file, folder, "configMapGenerator", entry.substring(entry.indexOf('=') + 1));
  }

  private Optional<Path> inside(Path file, Path folder, String field, String path) {
    if (PATH.matcher(path).matches() && !path.startsWith("/")) {
      Path found = folder.resolve(path).normalize();
      if (found.startsWith(tree) && Files.exists(found, LinkOption.NOFOLLOW_LINKS)) {
        return Optional.of(found);
      }
    }
    problems.add(
        "%s: %s has \"%s\", which is no file or folder of the repository in the same top folder; nothing is fetched, and links are not followed"
            .formatted(name(file), field, path));
    return Optional.empty();
  }
}
