package io.windlass.engine.run;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One run of one repository. Its text form, {@code acme/shop#12}, is the key of the run's machine.
 *
 * @param repository owner and name
 * @param number counts the repository's runs from 1
 */
public record RunId(String repository, long number) {
  private static final Pattern TEXT = Pattern.compile("([^/#]+/[^/#]+)#([0-9]{1,18})");

  /** Reads the text form {@code owner/name#number}. */
  public static RunId parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "Tried to read \"" + text + "\" as a run but it is not of the form owner/name#number");
    }
    return new RunId(matcher.group(1), Long.parseLong(matcher.group(2)));
  }

  @Override
  public String toString() {
    return repository + "#" + number;
  }
}
