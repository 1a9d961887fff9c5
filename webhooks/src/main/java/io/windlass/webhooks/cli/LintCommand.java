package io.windlass.webhooks.cli;

import io.windlass.engine.pipeline.PipelineReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code windlass lint [FILE...]}. */
@Command(
    name = "lint",
    description = "Says every mistake in a windlass.yaml, with its place and what was expected.")
final class LintCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "FILE",
      arity = "0..*",
      description = "The files (default: windlass.yaml here).")
  private List<Path> files = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    int mistakes = 0;
    for (Path file : files.isEmpty() ? List.of(Path.of(PipelineReader.FILE)) : files) {
      if (!Files.isRegularFile(file)) {
        throw new IOException(
            "Tried to read '"
                + file
                + "' but it is not there; name the file, or run this in the repository's root");
      }
      var problems = PipelineReader.read(file.toString(), Files.readAllBytes(file)).problems();
      problems.forEach(problem -> spec.commandLine().getOut().println(problem));
      mistakes += problems.size();
      if (problems.isEmpty()) {
        spec.commandLine().getOut().println(file + ": no mistakes");
      }
    }
    return mistakes == 0 ? 0 : Main.FAILED;
  }
}
