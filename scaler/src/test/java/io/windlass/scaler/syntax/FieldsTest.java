package io.windlass.scaler.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FieldsTest {

  private final Problems problems = new Problems();

  private Fields fields(String text) {
    Node node = Yaml.read(new Source("f.yaml", text), problems).orElseThrow();
    return Fields.of(node, "", problems).orElseThrow();
  }

  @Test
  void everyMistakeOfAMappingIsToldAtOnceInTheFilesOrder() {
    Fields f = fields("tiemout: 5m\nretries: many\nflag: yes\nmatrix: {}\n");
    f.require("run");
    f.duration("timeout", Duration.ZERO, Duration.ofDays(1));
    f.integer("retries", 0, 5);
    f.flag("flag");
    f.notYet("matrix");
    f.done();

    assertThat(problems.list().stream().map(Problem::toString))
        .containsExactly(
            "f.yaml:1:1: key \"run\" is missing",
            "f.yaml:1:1: unknown key \"tiemout\", expected one of run, timeout, retries, flag; did"
                + " you mean \"timeout\"?",
            "f.yaml:2:10: retries: found \"many\", expected a whole number from 0 to 5",
            "f.yaml:3:7: flag: found \"yes\", expected true or false",
            "f.yaml:4:1: \"matrix\" is not supported yet by this version");
  }

  @Test
  void goodValuesAreRead() {
    Fields f = fields("d: 10m\nn: 3\nb: true\nl: [a, b]\nm: {x: 5, y: z}\n");

    assertThat(f.duration("d", Duration.ZERO, Duration.ofDays(1))).contains(Duration.ofMinutes(10));
    assertThat(f.integer("n", 0, 5)).contains(3);
    assertThat(f.flag("b")).contains(true);
    assertThat(f.texts("l")).containsExactly("a", "b");
    assertThat(f.map("m", Values::asWritten)).containsEntry("x", "5").containsEntry("y", "z");
    f.done();
    assertThat(problems.isEmpty()).isTrue();
  }

  @Test
  void aNumberWhereTextIsWantedIsNotGuessed() {
    fields("branches: [1.10]").texts("branches");

    assertThat(problems.toString())
        .isEqualTo(
            "f.yaml:1:12: branches[0]: found the number 1.10, expected text; put it in quotes");
  }

  @ParameterizedTest
  @CsvSource({
    "tiemout, timeout",
    "TIMEOUT, timeout",
    "need, needs",
    "rum, run",
    "xyz, ",
    "retrys, retries",
    "r, "
  })
  void theNearestWordIsSuggested(String word, String expected) {
    assertThat(Nearest.of(word, List.of("run", "needs", "timeout", "retries")).orElse(null))
        .isEqualTo(expected);
  }

  @Test
  void foundTextIsShownShortAndWithoutControlCharacters() {
    fields("a: \"x\\n\\e[31m" + "y".repeat(100) + "\"").flag("a");

    assertThat(problems.toString()).contains("found \"x [31m" + "y".repeat(54) + "…\"");
  }
}
