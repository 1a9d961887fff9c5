package io.windlass.webhooks.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code windlass help repo add}: the library's own help command knows no commands of commands. */
@Command(name = "help", description = "Says what a command is for.")
final class HelpTopic implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "COMMAND",
      arity = "0..*",
      description = "For example 'repo add' (default: all commands).")
  private List<String> path = new ArrayList<>();

  @Override
  public Integer call() {
    CommandLine topic = Objects.requireNonNull(spec.commandLine().getParent());
    for (String name : path) {
      CommandLine next = topic.getSubcommands().get(name);
      if (next == null) {
        spec.commandLine()
            .getErr()
            .println(
                "windlass: there is no command '"
                    + String.join(" ", path)
                    + "'; 'windlass help' lists all");
        return Main.USAGE;
      }
      topic = next;
    }
    topic.usage(spec.commandLine().getOut());
    return 0;
  }
}
