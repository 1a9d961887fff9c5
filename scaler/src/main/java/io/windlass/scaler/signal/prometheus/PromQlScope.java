package io.windlass.scaler.signal.prometheus;

import io.windlass.scaler.signal.prometheus.PromQlLexer.Kind;
import io.windlass.scaler.signal.prometheus.PromQlLexer.Token;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;

/**
 * Puts label matchers into every selector of a PromQL expression.
 *
 * <p>A recursive descent over the grammar, without precedences, which it does not need: it only has
 * to know where an operand stands and where an operator. Matchers that the expression has already
 * stay, and all of a selector's matchers must hold, so that an expression that names another fleet
 * selects nothing.
 *
 * <p>Refused, with a message: the {@code @} modifier, which pins a query to one moment; an
 * expression without a selector, which says nothing about a fleet; and everything that this grammar
 * does not know.
 */
public final class PromQlScope {
  /**
   * A scoped expression.
   *
   * @param expression to be sent
   * @param selectors each selector in it as an instant selector, once
   */
  public record Scoped(String expression, List<String> selectors) {}

  private static final int LONGEST = 16_384;
  private static final int DEEPEST = 100;
  private static final Set<String> AGGREGATIONS =
      Set.of(
          "sum",
          "avg",
          "count",
          "min",
          "max",
          "group",
          "stddev",
          "stdvar",
          "topk",
          "bottomk",
          "count_values",
          "quantile",
          "limitk",
          "limit_ratio");
  private static final Set<String> WORD_OPERATORS = Set.of("and", "or", "unless", "atan2");
  private static final Set<String> OPERATORS =
      Set.of("+", "-", "*", "/", "%", "^", "==", "!=", ">", "<", ">=", "<=");
  private static final Set<String> MATCHES = Set.of("=", "!=", "=~", "!~");

  /**
   * Words that cannot begin an operand here, though Prometheus would take some of them for metrics.
   */
  private static final Set<String> RESERVED =
      Set.of(
          "and",
          "or",
          "unless",
          "atan2",
          "by",
          "without",
          "on",
          "ignoring",
          "group_left",
          "group_right",
          "bool",
          "offset");

  private final List<Token> tokens;
  private final String matchers;
  private final StringBuilder out = new StringBuilder();
  private final List<String> selectors = new ArrayList<>();
  private int next;
  private int depth;

  private PromQlScope(List<Token> tokens, String matchers) {
    this.tokens = tokens;
    this.matchers = matchers;
  }

  /**
   * Scopes an expression.
   *
   * @param labels by name, the value that every selector must have; names are trusted, values may
   *     be anything
   * @param window what {@code $window} stands for, as Prometheus writes durations
   * @throws PromQlException if the expression cannot be understood
   */
  public static Scoped scope(String expression, Map<String, String> labels, String window)
      throws PromQlException {
    StringJoiner matchers = new StringJoiner(",");
    labels.forEach((name, value) -> matchers.add(name + "=" + quote(value)));
    return scope(expression, matchers.toString(), window);
  }

  /**
   * Scopes an expression.
   *
   * @param matchers that every selector must have, as {@code a="b",c=~"d.*"}; trusted
   * @param window what {@code $window} stands for, as Prometheus writes durations
   * @throws PromQlException if the expression cannot be understood
   */
  public static Scoped scope(String expression, String matchers, String window)
      throws PromQlException {
    if (expression.length() > LONGEST) {
      throw new PromQlException(
          "Tried to read the query but it has more than %d characters; make it shorter, or a recording rule of it"
              .formatted(LONGEST));
    }
    PromQlScope scope = new PromQlScope(PromQlLexer.tokens(expression, window), matchers);
    scope.expression();
    if (scope.peek().kind() != Kind.END) {
      throw scope.unexpected("an operator or the end");
    }
    if (scope.selectors.isEmpty()) {
      throw new PromQlException(
          "Tried to scope the query but it names no metric; write one that measures the fleet");
    }
    return new Scoped(scope.out.toString(), scope.selectors.stream().distinct().toList());
  }

  /** A string that Prometheus reads back as this value. */
  public static String quote(String value) {
    return '"'
        + value
            .replace("\\", "\\\\")
            .replace("\"", "\\\"")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
        + '"';
  }

  /** A name as a regular expression that matches it and nothing else. */
  public static String literal(String name) {
    return name.replaceAll("[\\\\.+*?()|\\[\\]{}^$]", "\\\\$0");
  }

  private void expression() throws PromQlException {
    if (++depth > DEEPEST) {
      throw new PromQlException(
          "Tried to read the query but it nests deeper than %d levels; make it flatter"
              .formatted(DEEPEST));
    }
    operand();
    while (operator()) {
      operand();
    }
    depth--;
  }

  private boolean operator() throws PromQlException {
    Token token = peek();
    boolean symbol = token.kind() == Kind.SYMBOL && OPERATORS.contains(token.text());
    boolean word = token.kind() == Kind.WORD && WORD_OPERATORS.contains(lower(token));
    if (!symbol && !word) {
      return false;
    }
    spaced(take());
    if (isWord("bool")) {
      spaced(take());
    }
    if (isWord("on") || isWord("ignoring")) {
      spaced(take());
      labels();
      if (isWord("group_left") || isWord("group_right")) {
        spaced(take());
        // What follows in parentheses is taken for labels first, as Prometheus does.
        if (peek().is("(")) {
          labels();
        }
      }
    }
    return true;
  }

  private void operand() throws PromQlException {
    while (peek().is("-") || peek().is("+")) {
      spaced(take());
    }
    Token token = peek();
    switch (token.kind()) {
      case NUMBER, DURATION, STRING -> write(take().text());
      case WORD -> name();
      case SYMBOL -> {
        if (token.is("{")) {
          selector("");
        } else if (token.is("(")) {
          write(take().text());
          expression();
          write(expect(")").text());
        } else {
          throw unexpected("a metric, a function, a number or \"(\"");
        }
      }
      case END -> throw unexpected("a metric, a function, a number or \"(\"");
    }
    modifiers();
  }

  private void name() throws PromQlException {
    Token token = take();
    String word = lower(token);
    boolean called = peek().is("(");
    if (AGGREGATIONS.contains(word) && (called || isWord("by") || isWord("without"))) {
      write(token.text());
      grouping();
      arguments();
      grouping();
    } else if (RESERVED.contains(word)) {
      next--;
      throw unexpected("a metric, a function, a number or \"(\"");
    } else if (called) {
      write(token.text());
      arguments();
    } else if (word.equals("inf") || word.equals("nan")) {
      write(token.text());
    } else {
      selector(token.text());
    }
  }

  private void grouping() throws PromQlException {
    if (isWord("by") || isWord("without")) {
      spaced(take());
      labels();
      write(" ");
    }
  }

  private void arguments() throws PromQlException {
    write(expect("(").text());
    if (!peek().is(")")) {
      expression();
      while (peek().is(",")) {
        write(take().text() + " ");
        expression();
      }
    }
    write(expect(")").text());
  }

  private void labels() throws PromQlException {
    write(expect("(").text());
    while (!peek().is(")")) {
      Token label = take();
      if (label.kind() != Kind.WORD && label.kind() != Kind.STRING) {
        next--;
        throw unexpected("a label");
      }
      write(label.text());
      if (!peek().is(")")) {
        write(expect(",").text());
      }
    }
    write(expect(")").text());
  }

  private void selector(String metric) throws PromQlException {
    StringBuilder selector = new StringBuilder(metric).append('{').append(matchers);
    if (peek().is("{")) {
      take();
      while (!peek().is("}")) {
        selector.append(',').append(matcher());
        if (!peek().is("}")) {
          expect(",");
        }
      }
      take();
    }
    String text = selector.append('}').toString();
    selectors.add(text);
    write(text);
  }

  /** A label and what it must be, or, as Prometheus 3 writes it, a metric's name in quotes. */
  private String matcher() throws PromQlException {
    Token label = take();
    boolean quoted = label.kind() == Kind.STRING;
    if (!quoted && label.kind() != Kind.WORD) {
      next--;
      throw unexpected("a label");
    }
    Token match = peek();
    if (quoted && (match.is(",") || match.is("}"))) {
      return label.text();
    }
    if (match.kind() != Kind.SYMBOL || !MATCHES.contains(match.text())) {
      throw unexpected("one of = != =~ !~");
    }
    take();
    if (peek().kind() != Kind.STRING) {
      throw unexpected("a value in quotes");
    }
    return label.text() + match.text() + take().text();
  }

  /**
   * A range, a subquery's range and step, or an offset; any of them may follow a subquery again.
   */
  private void modifiers() throws PromQlException {
    while (true) {
      if (peek().is("[")) {
        range();
      } else if (isWord("offset")) {
        spaced(take());
        if (peek().is("-")) {
          write(take().text());
        }
        duration();
      } else {
        return;
      }
    }
  }

  private void range() throws PromQlException {
    write(take().text());
    duration();
    if (peek().is(":")) {
      write(take().text());
      if (!peek().is("]")) {
        duration();
      }
    }
    write(expect("]").text());
  }

  private void duration() throws PromQlException {
    if (peek().kind() != Kind.DURATION) {
      throw unexpected("a duration such as 5m, or $window");
    }
    write(take().text());
  }

  private boolean isWord(String word) {
    return peek().kind() == Kind.WORD && lower(peek()).equals(word);
  }

  private Token peek() {
    return tokens.get(next);
  }

  private Token take() {
    Token token = tokens.get(next);
    next = Math.min(next + 1, tokens.size() - 1);
    return token;
  }

  private Token expect(String symbol) throws PromQlException {
    if (!peek().is(symbol)) {
      throw unexpected("\"" + symbol + "\"");
    }
    return take();
  }

  private void write(String text) {
    out.append(text);
  }

  private void spaced(Token token) {
    boolean apart = out.isEmpty() || out.charAt(out.length() - 1) == ' ';
    out.append(apart ? "" : " ").append(token.text()).append(' ');
  }

  private PromQlException unexpected(String expected) {
    Token token = peek();
    String found = token.kind() == Kind.END ? "the end" : "\"" + token.text() + "\"";
    return new PromQlException(
        "Tried to read the query but found %s at character %d where %s should be"
            .formatted(found, token.at() + 1, expected));
  }

  private static String lower(Token token) {
    return token.text().toLowerCase(Locale.ROOT);
  }
}
