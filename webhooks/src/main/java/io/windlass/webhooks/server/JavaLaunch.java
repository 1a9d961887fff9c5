package io.windlass.webhooks.server;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How this program starts another JVM of itself: the same Java, the same libraries, the options
 * that fit the command.
 */
public final class JavaLaunch {
  private static final String MAIN = "io.windlass.webhooks.cli.Main";

  private JavaLaunch() {}

  /**
   * The command line that runs {@code windlass} with {@code arguments} in a JVM of its own.
   *
   * @param options of that JVM, such as its heap's limit
   */
  public static List<String> command(List<String> options, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(JavaLaunch::inherited)
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN));
    command.addAll(arguments);
    return List.copyOf(command);
  }

  private static boolean inherited(String option) {
    return option.startsWith("--enable-native-access")
        || option.startsWith("--sun-misc-unsafe-memory-access")
        || option.equals("-XX:+UseCompactObjectHeaders")
        || option.equals("-XX:+ExitOnOutOfMemoryError")
        || option.startsWith("-Djava.awt.headless")
        || option.startsWith("-Dfile.encoding");
  }
}
