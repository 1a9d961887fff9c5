package io.windlass.engine.kubernetes.manifest;

import io.windlass.engine.manifest.ManifestTexts;
import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.scaler.syntax.Problem;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Source;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Files of objects as they are: one text of all, each called by its name. */
final class PlainFiles {
  private PlainFiles() {}

  static Drawing read(ManifestSpec.Plain plain, Path tree) {
    List<String> problems = new ArrayList<>();
    var text = new StringBuilder();
    try {
      TreeSet<Path> files = new TreeSet<>();
      for (String path : plain.paths()) {
        List<Path> found = files(tree.resolve(path));
        if (found.isEmpty()) {
          problems.add(
              "\""
                  + path
                  + "\" has no file of YAML or JSON; links and submodules are not followed");
        }
        files.addAll(found);
      }
      long bytes = 0;
      for (Path file : files) {
        bytes += Files.size(file);
      }
      if (bytes > ManifestTexts.MOST_BYTES) {
        return Drawing.Failed.because(
            "the files have %d bytes, and %d are taken; put what is large into the image"
                .formatted(bytes, ManifestTexts.MOST_BYTES));
      }
      var budget = new Documents.Budget();
      for (Path file : files) {
        String name = tree.relativize(file.normalize()).toString();
        decode(name, file, problems)
            .ifPresent(source -> append(name, source.text(), text, budget, problems));
        if (problems.size() >= Documents.MOST_PROBLEMS) {
          break;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Tried to read what was just written", e);
    }
    return problems.isEmpty()
        ? new Drawing.Text(text.toString(), "plain files")
        : new Drawing.Failed(problems);
  }

  private static List<Path> files(Path path) throws IOException {
    if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
      return List.of(path);
    }
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      return List.of();
    }
    try (Stream<Path> all = Files.walk(path)) {
      return all.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
          .filter(file -> file.getFileName().toString().matches(".+\\.(ya?ml|json)"))
          .toList();
    }
  }

  private static Optional<Source> decode(String name, Path file, List<String> problems)
      throws IOException {
    var found = new Problems();
    Optional<Source> source = Source.decode(name, Files.readAllBytes(file), found);
    found.list().stream().map(Problem::toString).forEach(problems::add);
    return source;
  }

  /**
   * Read here, where lines are still those of the file; each document then says where it is from.
   */
  private static void append(
      String name,
      String file,
      StringBuilder text,
      Documents.Budget budget,
      List<String> problems) {
    problems.addAll(Documents.read(name, file, budget).problems());
    for (String document : Documents.split(file)) {
      text.append("---\n# Source: ").append(name).append('\n').append(document);
      if (!document.endsWith("\n")) {
        text.append('\n');
      }
    }
  }
}
