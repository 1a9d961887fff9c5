package io.windlass.webhooks.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;

/** The command {@code windlass}. */
@Command(
    name = "windlass",
    description = "Ships every commit and sizes every fleet.",
    mixinStandardHelpOptions = false,
    subcommands = {
      ServerCommand.class,
      KeeperCommand.class,
      DemoCommand.class,
      LintCommand.class,
      ExecCommand.class,
      RepoCommand.class,
      SecretCommand.class,
      PlanCommand.class,
      DriftCommand.class,
      DeployCommand.class,
      RolloutCommand.class,
      RollbackCommand.class,
      FreezeCommand.class,
      UnfreezeCommand.class,
      EnvironmentCommand.class,
      StartCacheCommand.class,
      VersionCommand.class,
      HelpTopic.class
    },
    synopsisSubcommandLabel = "COMMAND",
    footer = {"", "'windlass help COMMAND' says more about one command."})
public final class Main {
  /** Exit status of a command that was used wrongly. */
  static final int USAGE = 2;

  /** Exit status of a command that did not reach what it was asked for. */
  static final int FAILED = 1;

  private Main() {}

  /** Runs the command that {@code args} name and ends the JVM with its exit status. */
  public static void main(String[] args) {
    System.exit(commandLine().execute(args));
  }

  /** The command line, also for tests. */
  static CommandLine commandLine() {
    CommandLine line = new CommandLine(new Main());
    line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    offerHelp(line);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setExecutionExceptionHandler((e, failed, result) -> {
      failed.getErr().println("windlass: " + message(e));
      return FAILED;
    });
    return line;
  }

  /** Every command says with --help what it is for. */
  private static void offerHelp(CommandLine line) {
    if (!line.getCommandSpec().optionsMap().containsKey("--help")) {
      line.getCommandSpec()
          .addOption(
              OptionSpec.builder("-h", "--help")
                  .usageHelp(true)
                  .type(boolean.class)
                  .arity("0")
                  .description("Says what this command is for.")
                  .build());
    }
    line.getSubcommands().values().forEach(Main::offerHelp);
  }

  private static String message(Exception e) {
    return e.getMessage() == null ? e.toString() : e.getMessage();
  }
}
