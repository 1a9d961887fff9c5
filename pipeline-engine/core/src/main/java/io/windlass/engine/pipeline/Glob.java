package io.windlass.engine.pipeline;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * One glob, matched in time proportional to pattern times text whatever the pattern is: patterns
 * and names both come from strangers, and a regular expression could be made to backtrack.
 */
final class Glob {

  private enum Kind {
    ONE, // this very character
    ANY_ONE, // ?
    STAR, // *
    DEEP, // **
    DEEP_FOLDERS // **/ at the start or after a slash: nothing, or anything that ends with a slash
  }

  private record Token(Kind kind, char character) {}

  private Glob() {}

  static boolean matches(String glob, String text) {
    List<Token> tokens = tokens(glob);
    BitSet reached = new BitSet(); // positions in the text up to which the tokens so far match
    reached.set(0);
    for (Token token : tokens) {
      reached = step(token, reached, text);
      if (reached.isEmpty()) {
        return false;
      }
    }
    return reached.get(text.length());
  }

  private static BitSet step(Token token, BitSet from, String text) {
    BitSet to = new BitSet();
    boolean running = false;
    for (int i = 0; i <= text.length(); i++) {
      boolean here = from.get(i);
      switch (token.kind()) {
        case ONE -> {
          if (here && i < text.length() && text.charAt(i) == token.character()) {
            to.set(i + 1);
          }
        }
        case ANY_ONE -> {
          if (here && i < text.length() && text.charAt(i) != '/') {
            to.set(i + 1);
          }
        }
        case STAR -> {
          running = here || (running && text.charAt(i - 1) != '/');
          to.set(i, running);
        }
        case DEEP -> {
          running |= here;
          to.set(i, running);
        }
        case DEEP_FOLDERS -> {
          to.set(i, here || (running && text.charAt(i - 1) == '/'));
          running |= here;
        }
      }
    }
    return to;
  }

  private static List<Token> tokens(String glob) {
    List<Token> tokens = new ArrayList<>();
    int i = 0;
    while (i < glob.length()) {
      char c = glob.charAt(i);
      boolean folderStart = i == 0 || glob.charAt(i - 1) == '/';
      if (folderStart && glob.startsWith("**/", i)) {
        tokens.add(new Token(Kind.DEEP_FOLDERS, c));
        i += 3;
      } else if (glob.startsWith("**", i)) {
        tokens.add(new Token(Kind.DEEP, c));
        i += 2;
      } else {
        Kind kind = c == '*' ? Kind.STAR : c == '?' ? Kind.ANY_ONE : Kind.ONE;
        tokens.add(new Token(kind, c));
        i++;
      }
    }
    return tokens;
  }
}
