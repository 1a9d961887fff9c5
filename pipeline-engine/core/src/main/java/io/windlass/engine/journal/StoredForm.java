package io.windlass.engine.journal;

import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * How records are written as JSON wherever they are kept: sealed families by their members' simple
 * names, times in ISO 8601. For tables beside the journal's own, so that there is one form.
 */
public final class StoredForm {
  private static final int MAX_CHARS = 4 * 1024 * 1024;
  private static final Codec CODEC = new Codec(MAX_CHARS);

  private StoredForm() {}

  /**
   * The JSON of a value.
   *
   * @throws IllegalArgumentException where it is too long
   */
  public static <T> String write(Class<T> type, T value) {
    return CODEC.write(type, value);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException where this version does not know such a value
   */
  public static <T> T read(Class<T> type, String json) {
    try {
      return CODEC.read(type, json);
    } catch (UnreadableException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }

  /** A mapper of this form, for answers of the API. */
  public static ObjectMapper mapper() {
    return CODEC.mapper();
  }
}
