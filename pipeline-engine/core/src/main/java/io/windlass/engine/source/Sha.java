package io.windlass.engine.source;

/** The text form of a Git object's id: 40 lower-case hexadecimal digits. */
public final class Sha {
  /**
   * What Git and GitHub write where there is no object: before a ref was made, after it was
   * deleted.
   */
  public static final String NONE = "0".repeat(40);

  private Sha() {}

  /** Whether the text is a full object id, {@link #NONE} included. */
  public static boolean isValid(String text) {
    return text.length() == 40
        && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
  }

  /** Whether the text names an object: valid and not {@link #NONE}. */
  public static boolean isObject(String text) {
    return isValid(text) && !NONE.equals(text);
  }

  /** The text as it is, for a caller that has checked it already. */
  public static String require(String text) {
    if (!isObject(text)) {
      throw new IllegalArgumentException(
          "Tried to name a commit but \""
              + text
              + "\" is not its id; give all 40 hexadecimal digits");
    }
    return text;
  }
}
