package io.windlass.engine.run;

import io.windlass.engine.secret.SecretValue;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One attempt of one step, ready to run.
 *
 * @param id names the attempt outside; the same attempt always has the same id. Letters, digits,
 *     {@code -}, {@code _} and {@code .} only
 * @param workspace the run's checkout: the working directory, and all that the step may write
 * @param readOnly directories outside the workspace that the step may read at the same paths, such
 *     as the objects of its Git mirror
 * @param command program and arguments
 * @param env plain variables, nothing is inherited from the server; the executor adds what its
 *     sandbox needs, such as PATH, HOME and TMPDIR, where it is not given
 * @param secrets variables whose values are masked in the log before it is written
 * @param container what only executors of containers can give; the others refuse a step that asks
 * @param logFile standard output and error in order, appended
 */
public record StepTask(
    String id,
    Path workspace,
    List<Path> readOnly,
    List<String> command,
    Map<String, String> env,
    Map<String, SecretValue> secrets,
    StepContainer container,
    Path logFile,
    StepLimits limits) {
  public StepTask {
    readOnly = List.copyOf(readOnly);
    command = List.copyOf(command);
    env = Map.copyOf(env);
    secrets = Map.copyOf(secrets);
  }

  /** What must not appear in the log. */
  public List<String> masked() {
    return Stream.concat(
            secrets.values().stream(),
            container.services().stream().flatMap(service -> service.secrets().values().stream()))
        .map(SecretValue::reveal)
        .distinct()
        .toList();
  }
}
