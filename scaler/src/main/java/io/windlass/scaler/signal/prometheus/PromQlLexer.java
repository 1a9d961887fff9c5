package io.windlass.scaler.signal.prometheus;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts PromQL into tokens. What it accepts is a part of what Prometheus accepts: comments and
 * spaces are dropped, and the query that is sent is put together from tokens only, so that nothing
 * is ever sent which was not understood here.
 */
final class PromQlLexer {
  /** What a token is. */
  enum Kind {
    WORD,
    NUMBER,
    DURATION,
    STRING,
    SYMBOL,
    END
  }

  /**
   * A piece of an expression.
   *
   * @param at offset of its first character
   */
  record Token(Kind kind, String text, int at) {
    boolean is(String symbol) {
      return kind == Kind.SYMBOL && text.equals(symbol);
    }
  }

  private static final String WINDOW = "$window";
  private static final Pattern DURATION =
      Pattern.compile("(?:[0-9]+(?:ms|[smhdwy]))+(?![0-9A-Za-z_.])");
  private static final Pattern NUMBER =
      Pattern.compile(
          "(?:0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][-+]?[0-9]+)?)(?![0-9A-Za-z_.])");
  private static final Pattern WORD = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");
  private static final Set<String> TWO = Set.of("==", "!=", ">=", "<=", "=~", "!~");
  private static final String ONE = "=+-*/%^><(){}[],:";

  private final String text;
  private final String window;
  private final List<Token> tokens = new ArrayList<>();
  private boolean inBrackets;
  private int at;

  private PromQlLexer(String text, String window) {
    this.text = text;
    this.window = window;
  }

  /**
   * The tokens of an expression, the last one {@link Kind#END}.
   *
   * @param window what {@code $window} stands for
   */
  static List<Token> tokens(String text, String window) throws PromQlException {
    PromQlLexer lexer = new PromQlLexer(text, window);
    while (lexer.at < text.length()) {
      lexer.next();
    }
    lexer.tokens.add(new Token(Kind.END, "", text.length()));
    return lexer.tokens;
  }

  private void next() throws PromQlException {
    char c = text.charAt(at);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      at++;
    } else if (c == '#') {
      comment();
    } else if (c == '"' || c == '\'' || c == '`') {
      string(c);
    } else if (c == '$') {
      variable();
    } else if (!matched(DURATION, Kind.DURATION)
        && !matched(NUMBER, Kind.NUMBER)
        && !word()
        && !symbol()) {
      throw refused("found " + describe(c), at);
    }
  }

  private void comment() {
    while (at < text.length() && text.charAt(at) != '\n' && text.charAt(at) != '\r') {
      at++;
    }
  }

  private void string(char quote) throws PromQlException {
    int start = at++;
    while (at < text.length() && text.charAt(at) != quote) {
      char c = text.charAt(at);
      if (quote != '`' && (c == '\n' || c == '\r')) {
        throw refused("found a line's end within a string", at);
      }
      at += quote != '`' && c == '\\' ? 2 : 1;
    }
    if (at >= text.length()) {
      throw refused("found a string without its end", start);
    }
    at++;
    tokens.add(new Token(Kind.STRING, text.substring(start, at), start));
  }

  private void variable() throws PromQlException {
    int end = at + WINDOW.length();
    boolean longer = end < text.length() && Character.isLetterOrDigit(text.charAt(end));
    if (!text.startsWith(WINDOW, at) || longer) {
      throw refused("found a variable other than $window", at);
    }
    tokens.add(new Token(Kind.DURATION, window, at));
    at = end;
  }

  private boolean matched(Pattern pattern, Kind kind) {
    Matcher matcher = pattern.matcher(text).region(at, text.length()).useTransparentBounds(true);
    if (!matcher.lookingAt()) {
      return false;
    }
    tokens.add(new Token(kind, matcher.group(), at));
    at = matcher.end();
    return true;
  }

  /**
   * Within brackets a colon parts a subquery's range from its step; elsewhere it is a letter of a
   * name.
   */
  private boolean word() {
    return !(inBrackets && text.charAt(at) == ':') && matched(WORD, Kind.WORD);
  }

  private boolean symbol() {
    int length = at + 2 <= text.length() && TWO.contains(text.substring(at, at + 2)) ? 2 : 1;
    if (length == 1 && ONE.indexOf(text.charAt(at)) < 0) {
      return false;
    }
    String symbol = text.substring(at, at + length);
    if (symbol.equals("[") || symbol.equals("]")) {
      inBrackets = symbol.equals("[");
    }
    tokens.add(new Token(Kind.SYMBOL, symbol, at));
    at += length;
    return true;
  }

  private PromQlException refused(String what, int where) {
    return new PromQlException(
        "Tried to read the query but %s at character %d; write plain PromQL, with $window for the window"
            .formatted(what, where + 1));
  }

  private static String describe(char c) {
    return c > ' ' && c < 127 ? "\"" + c + "\"" : "a character that is no part of PromQL";
  }
}
