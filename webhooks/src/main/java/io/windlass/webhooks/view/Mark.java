package io.windlass.webhooks.view;

/**
 * A state as a page shows it: a word, and a look that repeats it in colour and shape.
 *
 * @param look {@code good}, {@code bad}, {@code busy}, {@code wait} or {@code none}: a class of the
 *     style sheet
 */
public record Mark(String look, String word) {
  static Mark good(String word) {
    return new Mark("good", word);
  }

  static Mark bad(String word) {
    return new Mark("bad", word);
  }

  static Mark busy(String word) {
    return new Mark("busy", word);
  }

  static Mark waiting(String word) {
    return new Mark("wait", word);
  }

  static Mark none(String word) {
    return new Mark("none", word);
  }
}
