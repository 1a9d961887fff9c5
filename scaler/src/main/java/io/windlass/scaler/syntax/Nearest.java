package io.windlass.scaler.syntax;

import java.util.Collection;
import java.util.Locale;
import java.util.Optional;

/** Finds the word that was probably meant. */
public final class Nearest {

  private static final int LONGEST = 64;

  private Nearest() {}

  /**
   * The candidate with the smallest edit distance to {@code word} (a swap of neighbours counts
   * once, case does not count), if it is at most a third of the word's length, at least one and at
   * most three edits away. The first of several equally near ones.
   */
  public static Optional<String> of(String word, Collection<String> candidates) {
    if (word.isEmpty() || word.length() > LONGEST) {
      return Optional.empty();
    }
    // Below the length, or a word of one letter would be near every other one.
    int best = Math.min(word.length(), Math.clamp(word.length() / 3, 1, 3) + 1);
    Optional<String> nearest = Optional.empty();
    for (String candidate : candidates) {
      if (candidate.equals(word) || Math.abs(candidate.length() - word.length()) >= best) {
        continue;
      }
      int distance = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT));
      if (distance < best) {
        best = distance;
        nearest = Optional.of(candidate);
      }
    }
    return nearest;
  }

  /** Optimal string alignment: insert, delete, replace, swap of two neighbours. */
  private static int distance(String a, String b) {
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      d[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      d[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        int replace = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
        d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + replace);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
