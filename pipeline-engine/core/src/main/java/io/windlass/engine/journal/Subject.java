package io.windlass.engine.journal;

/**
 * What a journal entry is about: one instance of one kind of machine.
 *
 * @param kind the machine's {@link Machine#kind()}, such as {@code run}
 * @param key which one, such as {@code acme/shop#12}
 */
public record Subject(String kind, String key) {
  public Subject {
    if (kind.isBlank() || key.isBlank()) {
      throw new IllegalArgumentException(
          "Tried to name a subject '" + kind + ":" + key + "' but kind and key must not be blank");
    }
  }

  @Override
  public String toString() {
    return kind + ":" + key;
  }
}
