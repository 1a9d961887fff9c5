package io.windlass.engine.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Where the files of runs are.
 *
 * @param data the server's data directory
 */
public record RunFiles(Path data) {
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,18}");

  /** The run's checkout. */
  public Path workspace(RunId run) {
    return data.resolve("workspaces")
        .resolve(run.repository())
        .resolve(Long.toString(run.number()));
  }

  /** A place of its own for files that are rendered. */
  public Path rendering() {
    return renderings().resolve(UUID.randomUUID().toString());
  }

  /** What a rendering that was broken off has left is here. */
  public Path renderings() {
    return data.resolve("renderings");
  }

  /** What an attempt wrote; stays when the workspace goes. */
  public Path log(RunId run, String step, int attempt) {
    return logs(run).resolve(step + "." + attempt + ".log");
  }

  /** All logs of a run. */
  public Path logs(RunId run) {
    return data.resolve("logs").resolve(run.repository()).resolve(Long.toString(run.number()));
  }

  /** The runs that have logs. */
  List<RunId> withLogs() throws IOException {
    Path all = data.resolve("logs");
    if (Files.notExists(all)) {
      return List.of();
    }
    try (Stream<Path> found = Files.find(all, 3, (path, kind) -> kind.isDirectory())) {
      return found
          .map(all::relativize)
          .filter(path ->
              path.getNameCount() == 3 && NUMBER.matcher(path.getName(2).toString()).matches())
          .map(path ->
              new RunId(
                  path.getName(0) + "/" + path.getName(1),
                  Long.parseLong(path.getName(2).toString())))
          .toList();
    }
  }

  /**
   * The name of an attempt outside: the same whenever it is asked for. The commit keeps it apart
   * from a run of the same number in a database that was restored.
   */
  static String attemptId(RunId run, String sha, String step, int attempt) {
    return run.repository().replace('/', '.')
        + "-"
        + run.number()
        + "-"
        + sha.substring(0, Math.min(8, sha.length()))
        + "-"
        + step
        + "-"
        + attempt;
  }
}
