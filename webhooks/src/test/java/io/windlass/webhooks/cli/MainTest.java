package io.windlass.webhooks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String line) {
    CommandLine main = Main.commandLine();
    main.setOut(new PrintWriter(out, true));
    main.setErr(new PrintWriter(err, true));
    return main.execute(line.split(" "));
  }

  @ParameterizedTest
  @ValueSource(strings = {"help repo add", "repo add --help", "repo add -h"})
  void commandsOfCommandsAreExplained(String line) {
    assertThat(run(line)).isZero();
    assertThat(out.toString()).contains("windlass repo add").contains("OWNER/NAME");
  }

  @ParameterizedTest
  @ValueSource(strings = {"help secret set", "secret set --help"})
  void aCommandThatNeedsOptionsIsExplainedWithoutThem(String line) {
    assertThat(run(line)).isZero();
    assertThat(out.toString()).contains("--repository");
  }

  @Test
  void helpForNothingThatThereIsSaysSo() {
    assertThat(run("help repo sell")).isEqualTo(Main.USAGE);
    assertThat(err.toString()).contains("no command 'repo sell'");
  }

  @Test
  void anEnvironmentIsNotRemovedByMistake() {
    assertThat(run("environment remove acme/shop/production --reason x")).isEqualTo(Main.USAGE);
    assertThat(err.toString()).contains("--yes");
  }
}
