package io.windlass.engine.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.syntax.Problem;
import io.windlass.scaler.syntax.Source;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ExpressionsTest {

  private static final Expressions.Context CONTEXT =
      new Expressions.Context("acme/shop", "feature/x", "0123456789abcdef", 12);

  @ParameterizedTest
  @CsvSource({
    "${{ branch }}, feature/x",
    "${{branch}}, feature/x",
    "a-${{ short-sha }}-${{ run }}, a-0123456-12",
    "${{ sha }}, 0123456789abcdef",
    "${{ repository }}, acme/shop",
    "$branch ${branch}, $branch ${branch}",
  })
  void valuesAreFilledIn(String text, String expected) {
    assertThat(Expressions.expand(text, CONTEXT)).isEqualTo(expected);
  }

  @Test
  void aBranchThatLooksLikeAnExpressionIsNotReadAgain() {
    var hostile = new Expressions.Context("a/b", "${{ sha }}$(rm -rf ~)\\1$1", "abc", 1);

    assertThat(Expressions.expand(Map.of("B", "${{ branch }}"), hostile))
        .containsEntry("B", "${{ sha }}$(rm -rf ~)\\1$1");
  }

  @Test
  void everyFactIsAVariableToo() {
    assertThat(CONTEXT.variables())
        .containsEntry("WINDLASS_BRANCH", "feature/x")
        .containsEntry("WINDLASS_SHORT_SHA", "0123456")
        .hasSameSizeAs(Expressions.NAMES);
  }

  @Test
  void unknownAndUnfinishedExpressionsAreProblems() {
    assertThat(problems("env: { A: \"${{ brnach }}\", B: \"${{ sha\" }\nsteps: { a: { run: x } }"))
        .containsExactly(
            "windlass.yaml:1:11: env.A: expression \"brnach\", expected one of branch, sha,"
                + " short-sha, repository, run; did you mean \"branch\"?",
            "windlass.yaml:1:31: env.B: an expression without its end, expected }} after ${{");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          steps: { a: { run: "echo ${{ branch }}" } }
          steps: { a: { run: "echo ${{ secrets.X }}" } }
          {image: {preset: java}, app: {release: {run: "${{ sha }}"}}, environments: {e: {target: t}}}
          {image: {preset: java}, app: {processes: {w: {run: "${{ run }}"}}}, environments: {e: {target: t}}}
          """)
  void shellTextHoldsNone(String text) {
    assertThat(problems(text)).singleElement().asString().contains("in shell text");
  }

  @Test
  void variablesOfOursCannotBeSet() {
    assertThat(
            problems(
                "env: { PORT: 1, WINDLASS_SHA: x, \"A-B\": y, \"\": z }\nsteps: { a: { run: x } }"))
        .containsExactly(
            "windlass.yaml:1:8: env: variable \"PORT\" is set by Windlass",
            "windlass.yaml:1:17: env: variable \"WINDLASS_SHA\" is set by Windlass",
            "windlass.yaml:1:34: env: variable \"A-B\", expected a name of letters, digits and _",
            "windlass.yaml:1:44: env: variable \"\", expected a name of letters, digits and _");
  }

  private static List<String> problems(String text) {
    return PipelineReader.read(new Source("windlass.yaml", text)).problems().stream()
        .map(Problem::toString)
        .toList();
  }
}
