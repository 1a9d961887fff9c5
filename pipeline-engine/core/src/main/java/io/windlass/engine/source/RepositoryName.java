package io.windlass.engine.source;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A repository as people write it: {@code acme/shop}. Both parts are safe as one file name. The
 * spelling is kept; hosts such as GitHub ignore case, so compare what a host says with what an
 * operator wrote by {@link #sameAs}.
 *
 * <p>The constructor throws IllegalArgumentException when a part is not 1 to 100 letters, digits,
 * {@code . _ -}.
 */
public record RepositoryName(String owner, String name) {
  private static final Pattern PART = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.-]{1,100}");

  public RepositoryName {
    requirePart(owner, "owner");
    requirePart(name, "name");
  }

  /** Reads {@code owner/name}; empty when the text is anything else. */
  public static Optional<RepositoryName> parse(String text) {
    int slash = text.indexOf('/');
    if (slash < 0) {
      return Optional.empty();
    }
    String owner = text.substring(0, slash);
    String name = text.substring(slash + 1);
    return PART.matcher(owner).matches() && PART.matcher(name).matches()
        ? Optional.of(new RepositoryName(owner, name))
        : Optional.empty();
  }

  /** Reads {@code owner/name} where it is known to be well formed, as in a stored row. */
  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static RepositoryName of(String text) {
    return parse(text)
        .orElseThrow(() ->
            new IllegalArgumentException(
                "Tried to read repository \""
                    + text
                    + "\" but it is not of the form owner/name; write it like acme/shop"));
  }

  /** Whether a host that ignores case would take both for one repository. */
  public boolean sameAs(RepositoryName other) {
    return toString().equalsIgnoreCase(other.toString());
  }

  @JsonValue
  @Override
  public String toString() {
    return owner + "/" + name;
  }

  private static void requirePart(String part, String what) {
    if (!PART.matcher(part).matches()) {
      throw new IllegalArgumentException(
          "Tried to name a repository but its "
              + what
              + " is \""
              + part
              + "\"; use letters, digits, '.', '_' and '-'");
    }
  }
}
