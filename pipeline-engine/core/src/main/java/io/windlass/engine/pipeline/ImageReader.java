package io.windlass.engine.pipeline;

import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code image:}. */
record ImageReader(Forms forms) {

  private static final List<String> PRESETS = List.of("java", "files");
  private static final List<String> LATER = List.of("node", "python", "static");
  private static final List<String> PLATFORMS = List.of("linux/amd64", "linux/arm64");
  private static final Pattern REPOSITORY =
      Pattern.compile(
          "([a-zA-Z0-9][a-zA-Z0-9.-]{0,250}(:[0-9]{1,5})?/)?[a-z0-9]+([._-]+[a-z0-9]+)*"
              + "(/[a-z0-9]+([._-]+[a-z0-9]+)*){0,8}");
  private static final Pattern BASE =
      Pattern.compile("[a-zA-Z0-9][a-zA-Z0-9./:_-]{0,250}(@sha256:[0-9a-f]{64})?");
  private static final Pattern CLASS =
      Pattern.compile("[A-Za-z_$][A-Za-z0-9_$]*([./][A-Za-z_$][A-Za-z0-9_$]*){0,40}");

  /** Empty, with a problem, where not even the preset is known. */
  Optional<ImageSpec> read(Fields f) {
    Optional<ImageSpec.Preset> preset = preset(f);
    boolean java = preset.filter(p -> p == ImageSpec.Preset.JAVA).isPresent();
    var name = f.value("name", matching(REPOSITORY, "a name such as ghcr.io/acme/shop, no tag"));
    var directory = f.value("directory", Forms::insidePath);
    var from =
        f.value("from", matching(BASE, "a base image such as eclipse-temurin:25-jre, or host"));
    var platform = platform(f);
    var files = f.list("files", this::fileSet);
    Forms.atMost(
        files.size(),
        forms.limits().files(),
        "entries",
        f.at("files"),
        f.path("files"),
        f.problems());
    var entrypoint = f.list("entrypoint", Forms::word);
    checkArguments(f, "entrypoint", entrypoint);
    var workdir =
        f.value("workdir", matching(Pattern.compile("/[^\\p{Cntrl}]*"), "an absolute path"));
    var user =
        f.value(
            "user",
            matching(Pattern.compile("[a-z0-9_][a-z0-9_:-]{0,63}"), "a user such as 1000:1000"));
    var mainClass = f.value("main-class", matching(CLASS, "a class such as com.acme.Main"));
    var jvmFlags = f.list("jvm-flags", Forms::word);
    checkArguments(f, "jvm-flags", jvmFlags);
    var buildEnv = forms.variables(f, "build-env");
    if (preset.isPresent() && !java) {
      onlyJava(f);
    }
    f.done();
    return preset.map(p ->
        new ImageSpec(
            p,
            name,
            directory,
            from.orElse(Defaults.BASE_IMAGE),
            platform,
            files,
            entrypoint,
            mainClass,
            jvmFlags,
            workdir,
            user,
            buildEnv));
  }

  private static Optional<ImageSpec.Preset> preset(Fields f) {
    f.require("preset");
    Optional<Node> node = f.node("preset");
    if (node.orElse(null) instanceof Node.Scalar s && LATER.contains(s.text())) {
      f.problems().notYet(s.at(), f.path("preset"), "preset \"" + s.text() + '"');
      return Optional.empty();
    }
    return f.word("preset", PRESETS)
        .map(p -> p.equals("java") ? ImageSpec.Preset.JAVA : ImageSpec.Preset.FILES);
  }

  private void onlyJava(Fields f) {
    for (String key : List.of("main-class", "jvm-flags", "build-env")) {
      if (f.has(key)) {
        f.problems().say(f.at(key), f.path(), '"' + key + "\" belongs to preset java");
      }
    }
    for (String key : List.of("files", "entrypoint")) {
      if (!f.has(key)) {
        f.problems().say(f.at(), f.path(), "preset files needs \"" + key + '"');
      }
    }
  }

  private static Optional<String> platform(Fields f) {
    List<String> platforms =
        f.list(
            "platforms",
            (n, p, all) -> {
              Optional<String> word = Values.text(n, p, all);
              if (word.isPresent() && !PLATFORMS.contains(word.get())) {
                all.notOneOf(n, p, PLATFORMS);
              }
              return word;
            });
    if (platforms.size() > 1) {
      f.problems().notYet(f.at("platforms"), f.path("platforms"), "more than one platform");
    } else if (platforms.isEmpty() && f.node("platforms").orElse(null) instanceof Node.Sequence s) {
      if (s.items().isEmpty()) {
        f.problems().wrong(s, f.path("platforms"), "one platform");
      }
    }
    return platforms.stream().findFirst();
  }

  private Optional<ImageSpec.FileSet> fileSet(Node node, String path, Problems problems) {
    return Fields.of(node, path, problems)
        .flatMap(f -> {
          f.require("from", "to");
          var from = f.value("from", Forms::insidePath);
          var to = f.value("to", Forms::word);
          to.filter(t -> List.of(t.split("/", -1)).contains(".."))
              .flatMap(t -> f.node("to"))
              .ifPresent(n -> problems.wrong(n, f.path("to"), "a path inside the image"));
          f.done();
          return from.flatMap(a -> to.map(b -> new ImageSpec.FileSet(a, b)));
        });
  }

  private void checkArguments(Fields f, String key, List<String> arguments) {
    Forms.atMost(
        arguments.size(),
        forms.limits().arguments(),
        "arguments",
        f.at(key),
        f.path(key),
        f.problems());
    if (f.node(key).orElse(null) instanceof Node.Sequence s && s.items().isEmpty()) {
      f.problems().wrong(s, f.path(key), "at least one argument");
    }
  }

  private static Values.Form<String> matching(Pattern pattern, String expected) {
    return (node, path, problems) ->
        Values.text(node, path, problems)
            .filter(t ->
                problems.isRight(
                    t.length() <= 300 && pattern.matcher(t).matches(), node, path, expected));
  }
}
