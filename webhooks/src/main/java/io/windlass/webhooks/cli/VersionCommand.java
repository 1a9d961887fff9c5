package io.windlass.webhooks.cli;

import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code windlass version}. */
@Command(
    name = "version",
    description = "Prints the version of Windlass and of the Java that runs it.")
final class VersionCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--java",
      description = "Print the path of the java that runs Windlass, and nothing else.")
  private boolean java;

  /** The version that the jar was built as, or "development" when run from classes. */
  static String version() {
    return Optional.ofNullable(VersionCommand.class.getPackage().getImplementationVersion())
        .orElse("development");
  }

  @Override
  public Integer call() {
    if (java) {
      spec.commandLine().getOut().println(Path.of(System.getProperty("java.home"), "bin", "java"));
      return 0;
    }
    spec.commandLine()
        .getOut()
        .println("windlass " + version() + " (Java " + Runtime.version() + ")");
    return 0;
  }
}
