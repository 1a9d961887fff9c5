package io.windlass.scaler.signal.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PromQlScopeTest {
  private static final Map<String, String> WEB = Map.of("fleet", "web");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "up | up{fleet=\"web\"}",
        "up{} | up{fleet=\"web\"}",
        "up { job = 'x' , } | up{fleet=\"web\",job='x'}",
        "{__name__=~\"http_.*\"} | {fleet=\"web\",__name__=~\"http_.*\"}",
        "{\"http.requests\", \"my.label\"!=\"a\"} | {fleet=\"web\",\"http.requests\",\"my.label\"!=\"a\"}",
        "sum(rate(http_requests_total[$window])) | sum(rate(http_requests_total{fleet=\"web\"}[60s]))",
        "sum by (code) (rate(x{a=\"b\"}[5m])) | sum by (code) (rate(x{fleet=\"web\",a=\"b\"}[5m]))",
        "sum(rate(x[5m])) by (code, path,) | sum(rate(x{fleet=\"web\"}[5m])) by (code,path,) ",
        "SUM WITHOUT (a) (x) | SUM WITHOUT (a) (x{fleet=\"web\"})",
        "a / on (x) group_left (y) b | a{fleet=\"web\"} / on (x) group_left (y)b{fleet=\"web\"}",
        "a AND ignoring() b or c unless d | a{fleet=\"web\"} AND ignoring ()b{fleet=\"web\"} or c{fleet=\"web\"} unless d{fleet=\"web\"}",
        "a > bool 5 | a{fleet=\"web\"} > bool 5",
        "-a ^ 2 * +b | - a{fleet=\"web\"} ^ 2 * + b{fleet=\"web\"}",
        "x offset -5m | x{fleet=\"web\"} offset -5m",
        "max_over_time(rate(x[1m])[1h:30s]) | max_over_time(rate(x{fleet=\"web\"}[1m])[1h:30s])",
        "x[1h30m:] | x{fleet=\"web\"}[1h30m:]",
        "job:x:rate5m | job:x:rate5m{fleet=\"web\"}",
        "histogram_quantile(0.99, sum by (le) (rate(b[5m]))) | histogram_quantile(0.99, sum by (le) (rate(b{fleet=\"web\"}[5m])))",
        "count_values(\"v\", x) | count_values(\"v\", x{fleet=\"web\"})",
        "label_replace(x, 'a', '$1', 'b', `(.*)}{`) | label_replace(x{fleet=\"web\"}, 'a', '$1', 'b', `(.*)}{`)",
        "x{a=\"}\\\"{\"} | x{fleet=\"web\",a=\"}\\\"{\"}",
        "x + Inf - nan + 0x1F + .5e-3 | x{fleet=\"web\"} + Inf - nan + 0x1F + .5e-3",
        "clamp_min(x, 1) or vector(0) | clamp_min(x{fleet=\"web\"}, 1) or vector(0)",
        "sum + count{a=\"b\"} | sum{fleet=\"web\"} + count{fleet=\"web\",a=\"b\"}",
        "x{fleet=\"other\"} | x{fleet=\"web\",fleet=\"other\"}"
      })
  void puts_the_fleet_into_every_selector(String written, String expected) throws PromQlException {
    assertThat(PromQlScope.scope(written, WEB, "60s").expression().strip())
        .isEqualTo(expected.strip());
  }

  @Test
  void drops_comments_in_which_a_selector_could_hide() throws PromQlException {
    assertThat(PromQlScope.scope("a # } up{\r + b # c\n", WEB, "60s").expression())
        .isEqualTo("a{fleet=\"web\"} + b{fleet=\"web\"}");
  }

  @Test
  void names_each_selector_once() throws PromQlException {
    assertThat(PromQlScope.scope("rate(a[5m]) / (a offset 1h + b{c='d'})", WEB, "60s").selectors())
        .containsExactly("a{fleet=\"web\"}", "b{fleet=\"web\",c='d'}");
  }

  @Test
  void quotes_whatever_a_fleet_is_called() throws PromQlException {
    assertThat(PromQlScope.scope("up", Map.of("fleet", "a\"} or up{x=\"\\\n"), "60s").expression())
        .isEqualTo("up{fleet=\"a\\\"} or up{x=\\\"\\\\\\n\"}");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "1 + 2 | names no metric",
        "vector(0) | names no metric",
        "~~ | found the end at character 1",
        "up @ 1700000000 | found \"@\" at character 4",
        "sum(up | found the end at character 7 where \")\" should be",
        "up) | found \")\" at character 3 where an operator or the end",
        "up{a} | where one of = != =~ !~ should be",
        "up{a=b} | where a value in quotes should be",
        "up{a=\"b\" c=\"d\"} | where \",\" should be",
        "up{a=\"b} | a string without its end",
        "rate(up[5]) | where a duration such as 5m",
        "rate(up[$interval]) | a variable other than $window",
        "rate(up[$window2]) | a variable other than $window",
        "up down | where an operator or the end should be",
        "up and | found the end",
        "and up | found \"and\"",
        "sum by up (x) | where \"(\" should be",
        "up ; drop | found \";\"",
        "caf\u00e9 | a character that is no part of PromQL",
        "5mx | found \"5\"",
      })
  void refuses_what_it_does_not_understand_and_says_where(String written, String expected) {
    assertThatThrownBy(() -> PromQlScope.scope(written, WEB, "60s"))
        .isInstanceOf(PromQlException.class)
        .hasMessageStartingWith("Tried to ")
        .hasMessageContaining(expected);
  }

  @Test
  void refuses_to_nest_without_end() {
    assertThatThrownBy(() -> PromQlScope.scope("(".repeat(5_000) + "up", WEB, "60s"))
        .hasMessageContaining("nests deeper");
    assertThatThrownBy(() -> PromQlScope.scope("up" + " ".repeat(20_000), WEB, "60s"))
        .hasMessageContaining("more than 16384 characters");
  }

  /** Whatever comes in, nothing but a scoped expression or a refusal comes out. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {3, 20260302, 991})
  void never_lets_a_selector_through_unscoped(long seed) throws PromQlException {
    SplittableRandom random = new SplittableRandom(seed);
    int understood = 0;
    for (int i = 0; i < 20_000; i++) {
      String text = soup(random);
      try {
        String scoped = PromQlScope.scope(text, WEB, "60s").expression();
        understood++;
        assertThat(bare(scoped)).as("seed %d, text: %s, scoped: %s", seed, text, scoped).isFalse();
        assertThat(PromQlScope.scope(scoped, Map.of(), "60s").expression())
            .as("seed %d, text: %s, scoped: %s", seed, text, scoped)
            .contains("fleet=\"web\"");
      } catch (PromQlException refused) {
        assertThat(refused).as("seed %d, text: %s", seed, text).hasMessageStartingWith("Tried to ");
      }
    }
    assertThat(understood).as("seed %d: the soup is not all refused", seed).isGreaterThan(200);
  }

  /** Whether any pair of braces, outside strings, does not begin with the fleet. */
  private static boolean bare(String expression) throws PromQlException {
    var tokens = PromQlLexer.tokens(expression, "60s");
    for (int i = 0; i + 1 < tokens.size(); i++) {
      var next = tokens.get(i + 1);
      boolean word = tokens.get(i).kind() == PromQlLexer.Kind.WORD;
      boolean metric = word && tokens.get(i).text().matches("up|http_total") && !next.is("(");
      if (metric && !next.is("{") || tokens.get(i).is("{") && !next.text().equals("fleet")) {
        return true;
      }
    }
    return false;
  }

  private static final String[] PIECES = {
    "up",
    "http_total",
    "up",
    "http_total",
    "{",
    "}",
    "{a=\"b\"}",
    "{}",
    "(",
    ")",
    "(",
    ")",
    "[5m]",
    "[$window]",
    "[1h:1m]",
    "sum",
    "rate",
    "by (a)",
    "and",
    "or",
    "on(a)",
    "+",
    "-",
    "/",
    "==",
    "offset 5m",
    "\"",
    "'",
    "`",
    "\\",
    "#",
    "\n",
    "\r",
    ",",
    "5",
    "1e3",
    "bool",
    "@",
    "$",
    "fleet=\"web\"",
    "é",
    " ",
    "sum(rate(up[5m]))",
    "\"}{\"",
    ":",
    "nan"
  };

  private static String soup(SplittableRandom random) {
    StringBuilder text = new StringBuilder();
    for (int n = random.nextInt(1, 9); n > 0; n--) {
      text.append(PIECES[random.nextInt(PIECES.length)]);
      if (random.nextBoolean()) {
        text.append(' ');
      }
    }
    return text.toString();
  }
}
