package io.windlass.scaler.syntax;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.syntax.Node.Kind;
import io.windlass.scaler.syntax.Node.Mapping;
import io.windlass.scaler.syntax.Node.Scalar;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class YamlTest {

  private final Problems problems = new Problems();

  private Optional<Node> read(String text) {
    return Yaml.read(new Source("f.yaml", text), problems);
  }

  private List<String> told(String text) {
    read(text);
    return problems.list().stream().map(Problem::toString).toList();
  }

  @Test
  void everyValueKnowsItsLineAndColumn() {
    Node root = read("a: 1\nb:\n  - x\n  - {c: d}\n").orElseThrow();

    assertThat(root).isInstanceOf(Mapping.class);
    Node list = ((Mapping) root).entry("b").orElseThrow().value();
    assertThat(list.at()).isEqualTo(new Position("f.yaml", 3, 3));
    Node inner = ((Node.Sequence) list).items().get(1);
    assertThat(((Mapping) inner).entry("c").orElseThrow().value().at())
        .isEqualTo(new Position("f.yaml", 4, 9));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          on    | TEXT
          yes   | TEXT
          true  | FLAG
          ~     | NOTHING
          null  | NOTHING
          012   | INTEGER
          0o14  | INTEGER
          0xfF  | INTEGER
          -7    | INTEGER
          1.10  | NUMBER
          .5    | NUMBER
          1e3   | NUMBER
          .inf  | NUMBER
          1_000 | TEXT
          12:30 | TEXT
          "5"   | TEXT
          """)
  void plainScalarsFollowTheCoreSchemaOfYaml12(String text, Kind kind) {
    Mapping root = (Mapping) read("k: " + text).orElseThrow();

    assertThat(((Scalar) root.entries().getFirst().value()).kind()).isEqualTo(kind);
  }

  @Test
  void duplicateKeysMergeKeysAndTagsAreAllToldAtOnce() {
    assertThat(told("a: 1\na: 2\nb: &x {c: 1}\nd:\n  <<: *x\ne: !!int 5\n? [1]\n: 2\n"))
        .containsExactly(
            "f.yaml:2:1: key \"a\" a second time; the first is on line 1",
            "f.yaml:5:3: merge key \"<<\" is not part of YAML 1.2; repeat the keys, or alias a"
                + " whole value",
            "f.yaml:6:4: tag tag:yaml.org,2002:int; tags are not supported, quote text instead",
            "f.yaml:7:3: a list or mapping as a key, expected a name");
  }

  @Test
  void aTabInTheIndentationIsNamed() {
    assertThat(told("a:\n\tb: 1\n"))
        .containsExactly("f.yaml:2:1: a tab in the indentation, expected spaces");
  }

  @Test
  void aSecondDocumentIsRefused() {
    assertThat(told("a: 1\n---\nb: 2\n"))
        .containsExactly("f.yaml:2:1: a second document, expected one document in a file");
  }

  @ParameterizedTest
  @CsvSource({"''", "'# only a comment'"})
  void anEmptyFileSaysSo(String text) {
    assertThat(told(text)).containsExactly("f.yaml:1:1: the file is empty");
  }

  @Test
  void brokenGrammarIsToldWithItsPlace() {
    assertThat(told("a: [1, 2\nb: 3\n")).singleElement().asString().startsWith("f.yaml:2:2: not");
  }

  @Test
  void aControlCharacterIsToldWithItsPlace() {
    assertThat(told("a: b\nc: \u0007d\n"))
        .containsExactly("f.yaml:2:4: a character that YAML does not allow");
  }

  @Test
  void aliasesStandForWholeValues() {
    Mapping root = (Mapping) read("a: &x [1]\nb: *x\n").orElseThrow();

    assertThat(root.entry("b").orElseThrow().value())
        .isEqualTo(root.entry("a").orElseThrow().value());
    assertThat(problems.isEmpty()).isTrue();
  }

  @Test
  void anAliasToItselfOrToNothingIsToldAndHarmless() {
    assertThat(told("a: &x [*x]\nb: *y\n"))
        .containsExactly(
            "f.yaml:1:8: alias *x names nothing", "f.yaml:2:4: alias *y names nothing");
  }

  @Test
  @Timeout(10)
  void anAliasBombIsRefusedBeforeItGrows() {
    var bomb = new StringBuilder("a0: &a0 [x,x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 12; i++) {
      bomb.append("a%d: &a%d [".formatted(i, i)).append("*a%d,".formatted(i - 1).repeat(9));
      bomb.append("]\n");
    }
    assertThat(told(bomb.toString())).singleElement().asString().contains("more than 20000 values");
  }

  @ParameterizedTest
  @CsvSource({"'['", "'{a: '", "'- '", "'? '", "'[{a: '"})
  @Timeout(20)
  void deepNestingIsRefused(String opener) {
    assertThat(told(opener.repeat(30_000)))
        .singleElement()
        .asString()
        .contains("nested deeper than 32 levels");
  }

  @Test
  void aFileOverTheSizeLimitIsNotParsed() {
    assertThat(told("a".repeat(300_000)))
        .containsExactly("f.yaml:1:1: a file of 300000 characters, expected at most 262144");
  }

  @Test
  void bytesThatAreNotUtf8AreToldWithTheirPlace() {
    byte[] bytes = {'a', ':', ' ', 'b', '\n', 'c', (byte) 0xff};

    assertThat(Source.decode("f.yaml", bytes, problems)).isEmpty();
    assertThat(problems.list().getFirst().at()).isEqualTo(new Position("f.yaml", 2, 2));
  }

  @Test
  void aByteOrderMarkIsTakenOff() {
    byte[] bytes = "\uFEFFa: 1".getBytes(StandardCharsets.UTF_8);

    assertThat(Source.decode("f.yaml", bytes, problems).orElseThrow().text()).isEqualTo("a: 1");
  }

  /** Broken pieces of YAML in any order: a root or a problem, never an exception, never a hang. */
  @Test
  @Timeout(60)
  void nothingThatIsWrittenMakesTheReaderThrow() {
    long seed = Long.getLong("windlass.seed", new Random().nextLong());
    var random = new Random(seed);
    String[] pieces = {
      "a: ",
      "- ",
      "? ",
      ": ",
      "[",
      "]",
      "{",
      "}",
      ",",
      "\n",
      "  ",
      "\t",
      "&x ",
      "*x",
      "!t ",
      "!!",
      "|",
      ">",
      "|2-\n",
      "'",
      "\"",
      "\\",
      "\\u12",
      "#",
      "%YAML 1.1\n",
      "%YAML 9.9\n",
      "%TAG ! x\n",
      "---",
      "...",
      "<<: ",
      "~",
      "\uFEFF",
      "\u0000",
      "é",
      "😀",
      "\u2028",
      "\r",
      "0x",
      "x".repeat(200),
      "@",
      "`",
      "%YAML 99999999999999.1\n",
      "!<",
      "%",
      "\uD800"
    };
    for (int i = 0; i < 20_000; i++) {
      var text = new StringBuilder();
      for (int n = random.nextInt(30); n >= 0; n--) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      var found = new Problems();
      Optional<Node> root = Yaml.read(new Source("f", text.toString()), found);
      assertThat(root.isPresent() || !found.isEmpty()).as("seed %s, text %s", seed, text).isTrue();
      assertThat(found.toString()).as("seed %s", seed).doesNotContain("\u0000");
    }
  }

  @Test
  void theProblemsOfAHopelessFileAreBounded() {
    var text = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      text.append("a: 1\n");
    }
    assertThat(told(text.toString())).hasSize(201).last().asString().contains("799 more problems");
  }

  @Test
  void durationsReadBackAsWritten() {
    long seed = Long.getLong("windlass.seed", new Random().nextLong());
    var random = new Random(seed);
    for (int i = 0; i < 1000; i++) {
      Duration d = Duration.ofMillis(random.nextLong(1_000_000_000L));
      assertThat(Units.duration(Units.text(d))).as("seed %s", seed).contains(d);
    }
  }
}
