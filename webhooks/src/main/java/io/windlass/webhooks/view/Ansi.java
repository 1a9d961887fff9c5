package io.windlass.webhooks.view;

import java.util.ArrayList;
import java.util.List;

/**
 * Makes what a program wrote to a terminal safe and readable: colours become names of style
 * classes, every other control sequence is dropped, and a line that was overwritten by carriage
 * returns shows what came last. Characters that turn the direction of text are made visible, so
 * that a line reads as it is.
 *
 * <p>{@code windlass.js} does the same to what arrives live.
 *
 * @see <a
 *     href="https://ecma-international.org/publications-and-standards/standards/ecma-48/">ECMA-48</a>
 */
public final class Ansi {
  private static final char ESCAPE = '\u001b';
  private static final String[] COLOURS = {
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"
  };

  private final String text;
  private final List<Span> spans = new ArrayList<>();
  private final StringBuilder run = new StringBuilder();
  private int at;
  private int lineStart;
  private String colour = "";
  private boolean bold;

  private Ansi(String text) {
    this.text = text;
  }

  /**
   * A piece of text in one look.
   *
   * @param look classes such as {@code ansi-red ansi-bold}; empty for plain text
   */
  public record Span(String look, String text) {}

  /** The text in pieces. */
  public static List<Span> spans(String text) {
    return new Ansi(text).read();
  }

  /** The text without any look. */
  public static String plain(String text) {
    StringBuilder all = new StringBuilder(text.length());
    spans(text).forEach(span -> all.append(span.text()));
    return all.toString();
  }

  private List<Span> read() {
    while (at < text.length()) {
      char c = text.charAt(at++);
      switch (c) {
        case ESCAPE -> sequence();
        case '\u009b' -> control();
        case '\r' -> overwrite();
        case '\n' -> {
          run.append(c);
          flush();
          lineStart = spans.size();
        }
        default -> append(c);
      }
    }
    flush();
    return merged();
  }

  private List<Span> merged() {
    List<Span> all = new ArrayList<>();
    StringBuilder same = new StringBuilder();
    for (int i = 0; i < spans.size(); i++) {
      Span span = spans.get(i);
      same.append(span.text());
      if (i + 1 == spans.size() || !spans.get(i + 1).look().equals(span.look())) {
        all.add(new Span(span.look(), same.toString()));
        same.setLength(0);
      }
    }
    return List.copyOf(all);
  }

  private void append(char c) {
    if (c == '\t' || !Character.isISOControl(c)) {
      run.append(turnsDirection(c) ? '\ufffd' : c);
    }
  }

  private static boolean turnsDirection(char c) {
    return (c >= '\u202a' && c <= '\u202e') || (c >= '\u2066' && c <= '\u2069');
  }

  /** What stands in the line so far will be written over, unless the line ends here. */
  private void overwrite() {
    boolean ends = at == text.length() || text.charAt(at) == '\n' || text.charAt(at) == '\r';
    if (!ends) {
      run.setLength(0);
      spans.subList(lineStart, spans.size()).clear();
    }
  }

  private void sequence() {
    if (at == text.length()) {
      return;
    }
    char kind = text.charAt(at++);
    switch (kind) {
      case '[' -> control();
      case ']', 'P', 'X', '^', '_' -> string();
      default -> {
        // Intermediate bytes are followed by one final byte; anything else was the whole sequence.
        while (kind >= ' ' && kind <= '/' && at < text.length()) {
          kind = text.charAt(at++);
        }
      }
    }
  }

  /**
   * A control sequence: parameters, then one final byte. One that is cut off ends with the line.
   */
  private void control() {
    int start = at;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '\n' || c == ESCAPE) {
        return;
      }
      at++;
      if (c >= '@' && c <= '~') {
        if (c == 'm') {
          look(text.substring(start, at - 1));
        }
        return;
      }
    }
  }

  /** A string, such as a window's title or a link's address: ends with BEL or ESC \. */
  private void string() {
    while (at < text.length()) {
      char c = text.charAt(at++);
      if (c == '\u0007' || c == '\u009c' || c == '\n') {
        return;
      }
      if (c == ESCAPE) {
        if (at < text.length() && text.charAt(at) == '\\') {
          at++;
        }
        return;
      }
    }
  }

  private void look(String parameters) {
    flush();
    String[] codes = parameters.split("[;:]", -1);
    for (int i = 0; i < codes.length; i++) {
      int code = code(codes[i]);
      if (code == 38 || code == 48) {
        i += i + 1 < codes.length && code(codes[i + 1]) == 5 ? 2 : 4; // palette or RGB: not ours
      } else {
        apply(code);
      }
    }
  }

  private void apply(int code) {
    if (code == 0) {
      colour = "";
      bold = false;
    } else if (code == 1) {
      bold = true;
    } else if (code == 22) {
      bold = false;
    } else if (code == 39) {
      colour = "";
    } else if (code >= 30 && code <= 37) {
      colour = "ansi-" + COLOURS[code - 30];
    } else if (code >= 90 && code <= 97) {
      colour = "ansi-" + COLOURS[code - 90];
    }
  }

  private static int code(String text) {
    if (text.isEmpty()) {
      return 0;
    }
    return text.length() <= 3 && text.chars().allMatch(c -> c >= '0' && c <= '9')
        ? Integer.parseInt(text)
        : -1;
  }

  private void flush() {
    if (run.isEmpty()) {
      return;
    }
    spans.add(new Span((colour + (bold ? " ansi-bold" : "")).strip(), run.toString()));
    run.setLength(0);
  }
}
