package io.windlass.engine.pipeline;

/**
 * What one {@code windlass.yaml} may ask of the server that reads it.
 *
 * @param steps in one pipeline
 * @param environments in one pipeline
 * @param processes in one application
 * @param volumes of one process
 * @param variables in one {@code env}
 * @param variableBytes of names and values of one {@code env} together, below what a program can be
 *     started with
 * @param secrets in one list
 * @param shellBytes of one shell text, below what the kernel takes as one argument
 * @param patterns in one filter
 * @param patternLength of one pattern
 * @param schedules in one pipeline
 * @param routes of one environment
 * @param files sets of files of one image
 * @param arguments of one entry point
 * @param stages of one rollout
 * @param checks of one rollout
 * @param services of one step
 * @param manifests files and folders of one environment
 */
public record Limits(
    int steps,
    int environments,
    int processes,
    int volumes,
    int variables,
    int variableBytes,
    int secrets,
    int shellBytes,
    int patterns,
    int patternLength,
    int schedules,
    int routes,
    int files,
    int arguments,
    int stages,
    int checks,
    int services,
    int manifests) {

  public static final Limits STANDARD =
      new Limits(
          100, 20, 20, 10, 200, 64 * 1024, 100, 64 * 1024, 50, 128, 20, 50, 100, 100, 20, 20, 10,
          50);
}
