package io.windlass.webhooks.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** Holds what is written for people to what is there. */
class DocsTest {
  private static final Path ROOT = Path.of(System.getProperty("windlass.root"));
  private static final Pattern FENCE = Pattern.compile("(?ms)^```[a-z]*\\n(.*?)^```");
  private static final Pattern INDENTED = Pattern.compile("(?m)^ {4}(\\S.*)$");
  private static final Pattern INLINE = Pattern.compile("`([^`\\n]+)`");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#\\s]+)(#[^)\\s]*)?\\)");
  private static final Pattern COMMAND =
      Pattern.compile("(?m)(?:^|[\\s/'])windlass +([a-z][^\\n'|;&>#]*)");

  static Stream<Path> pages() throws IOException {
    List<Path> pages = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CHANGELOG.md")));
    for (String folder : List.of("docs", "pipelines")) {
      try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
        files
            .filter(file -> file.toString().endsWith(".md"))
            .map(ROOT::relativize)
            .sorted()
            .forEach(pages::add);
      }
    }
    return pages.stream();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyRelativeLinkLeadsSomewhere(Path page) throws IOException {
    Path folder = Optional.ofNullable(ROOT.resolve(page).getParent()).orElse(ROOT);
    assertThat(LINK.matcher(Files.readString(ROOT.resolve(page))).results())
        .map(link -> link.group(1))
        .filteredOn(link -> !link.contains("://"))
        .allSatisfy(link -> assertThat(folder.resolve(link)).exists());
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandIsThere(Path page) throws IOException {
    assertThat(commands(Files.readString(ROOT.resolve(page))))
        .allSatisfy(command -> assertThat(mistake(command)).as(command).isEmpty());
  }

  @Test
  void everyCommandIsWrittenAbout() throws IOException {
    List<String> named = new ArrayList<>();
    for (Path page : pages().toList()) {
      commands(Files.readString(ROOT.resolve(page)))
          .forEach(command -> named.add(command.split(" ", 2)[0]));
    }
    assertThat(named).containsAll(Main.commandLine().getSubcommands().keySet());
  }

  @Test
  void findsACommandAndAnOptionThatAreNotThere() {
    String page =
        "`windlass polish` and\n\n```\nbin/windlass repo add acme/shop --colour red\n```\n";
    assertThat(commands(page).stream().map(DocsTest::mistake).flatMap(Optional::stream))
        .containsExactlyInAnyOrder(
            "there is no command 'polish'", "'add' has no option '--colour'");
  }

  private static List<String> commands(String page) {
    List<String> commands = new ArrayList<>();
    for (Pattern code : List.of(FENCE, INDENTED, INLINE)) {
      Matcher matcher = code.matcher(page);
      while (matcher.find()) {
        String text = matcher.group(1).replace("\\\n", " ");
        COMMAND.matcher(text).results().map(found -> found.group(1).strip()).forEach(commands::add);
      }
    }
    return commands;
  }

  /** What is wrong with a command; it may be given in part, as {@code repo add}. */
  private static Optional<String> mistake(String command) {
    CommandLine line = Main.commandLine();
    boolean first = true;
    for (String word : command.split("\\s+")) {
      String name = word.split("=", 2)[0];
      if (name.startsWith("--")) {
        if (line.getCommandSpec().findOption(name) == null) {
          return Optional.of("'" + line.getCommandName() + "' has no option '" + name + "'");
        }
      } else if (line.getSubcommands().containsKey(word)) {
        line = line.getSubcommands().get(word);
      } else if (first) {
        return Optional.of("there is no command '" + word + "'");
      }
      first = false;
    }
    return Optional.empty();
  }
}
