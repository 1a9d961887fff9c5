package io.windlass.engine.pipeline;

import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Node.Mapping;
import io.windlass.scaler.syntax.Node.Scalar;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code manifests:}, {@code kustomize:} or {@code helm:} of an environment. */
record ManifestsReader(Forms forms) {

  /** What the manifests say themselves, so that a second word on it would be ignored. */
  private static final Set<String> THEIRS = Set.of("port", "health", "resources", "volumes", "run");

  /**
   * Neither commas, which part the lists of a tool's options, nor blanks, colons and quotes; and no
   * dash in front, where an option begins.
   */
  private static final Pattern PATH = Pattern.compile("[A-Za-z0-9._@+/][A-Za-z0-9._@+/-]{0,499}");

  private static final Pattern RELEASE = Pattern.compile("[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?");

  /**
   * What the environment brings.
   *
   * @param app the application's part for all environments
   */
  Optional<ManifestSpec> read(Fields environment, Optional<Node> app) {
    List<ManifestSpec> found = new ArrayList<>();
    environment
        .node("manifests")
        .ifPresent(n -> found.add(plain(n, environment.path("manifests"), environment)));
    environment
        .value("kustomize", ManifestsReader::path)
        .ifPresent(directory -> found.add(new ManifestSpec.Kustomize(directory)));
    environment.fields("helm").flatMap(this::helm).ifPresent(found::add);
    if (found.size() > 1) {
      environment
          .problems()
          .say(
              environment.at(found.get(1).key()),
              environment.path(),
              "both \"" + found.get(0).key() + "\" and \"" + found.get(1).key() + "\"; use one");
    }
    if (!found.isEmpty()) {
      refuse(environment, app, found.getFirst().key());
    }
    return found.stream().findFirst();
  }

  /** {@code manifests: deploy} is short for {@code manifests: [deploy]}. */
  private ManifestSpec plain(Node node, String path, Fields environment) {
    Problems problems = environment.problems();
    if (node instanceof Scalar) {
      return new ManifestSpec.Plain(path(node, path, problems).stream().toList());
    }
    List<String> paths = environment.list("manifests", ManifestsReader::path);
    forms.checkList(environment, "manifests", paths, forms.limits().manifests());
    if (paths.isEmpty()) {
      problems.wrong(node, path, "a folder, or a list of files and folders");
    }
    return new ManifestSpec.Plain(paths);
  }

  private Optional<ManifestSpec> helm(Fields f) {
    f.require("chart");
    Optional<String> chart = f.value("chart", ManifestsReader::path);
    List<String> values = f.list("values", ManifestsReader::path);
    forms.checkList(f, "values", values, forms.limits().manifests());
    Optional<String> release = f.value("release", ManifestsReader::release);
    f.done();
    return chart.map(folder -> new ManifestSpec.Helm(folder, values, release));
  }

  /** A path inside of the repository, in characters that no tool takes for anything else. */
  private static Optional<String> path(Node node, String path, Problems problems) {
    return Forms.insidePath(node, path, problems)
        .filter(t ->
            problems.isRight(
                PATH.matcher(t).matches(),
                node,
                path,
                "a path of letters, digits and . _ - + @ /"));
  }

  private static Optional<String> release(Node node, String path, Problems problems) {
    return Values.text(node, path, problems)
        .filter(t ->
            problems.isRight(
                RELEASE.matcher(t).matches(),
                node,
                path,
                "a name of small letters, digits and - such as shop"));
  }

  private static void refuse(Fields environment, Optional<Node> app, String key) {
    app.ifPresent(wide -> refuseApp(wide, "app", key, environment.problems()));
    environment
        .node("app")
        .ifPresent(own -> refuseApp(own, environment.path("app"), key, environment.problems()));
    if (environment.has("routes")) {
      theirs(environment.at("routes"), environment.path("routes"), key, environment.problems());
    }
  }

  private static void refuseApp(Node app, String path, String key, Problems problems) {
    if (!(app instanceof Mapping fields)) {
      return;
    }
    refuseFields(fields, path, key, problems);
    fields
        .entry("processes")
        .map(Entry::value)
        .filter(Mapping.class::isInstance)
        .map(Mapping.class::cast)
        .ifPresent(processes ->
            processes
                .entries()
                .forEach(process -> {
                  if (process.value() instanceof Mapping own) {
                    refuseFields(own, path + ".processes." + process.name(), key, problems);
                  }
                }));
  }

  private static void refuseFields(Mapping fields, String path, String key, Problems problems) {
    fields.entries().stream()
        .filter(field -> THEIRS.contains(field.name()))
        .forEach(field -> theirs(field.key().at(), path + "." + field.name(), key, problems));
  }

  private static void theirs(
      io.windlass.scaler.syntax.Position at, String path, String key, Problems problems) {
    problems.say(
        at,
        path,
        "the objects of \""
            + key
            + "\" say this; take it out here, or put it into the environments without \""
            + key
            + '"');
  }
}
