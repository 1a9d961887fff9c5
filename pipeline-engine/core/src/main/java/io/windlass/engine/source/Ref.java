package io.windlass.engine.source;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import org.eclipse.jgit.lib.Repository;

/**
 * The full name of a branch or tag, {@code refs/heads/main} or {@code refs/tags/v1}, well formed by
 * Git's own rules. The constructor throws IllegalArgumentException when Git would refuse the name.
 */
public record Ref(String name) {
  private static final String HEADS = "refs/heads/";
  private static final String TAGS = "refs/tags/";
  private static final int LONGEST = 1024;

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public Ref {
    if (!wellFormed(name)) {
      throw new IllegalArgumentException(
          "Tried to name a ref but \""
              + name
              + "\" is none; write it like refs/heads/main or refs/tags/v1");
    }
  }

  /** Reads a full ref name; empty when Git would refuse it. */
  public static Optional<Ref> parse(String text) {
    return wellFormed(text) ? Optional.of(new Ref(text)) : Optional.empty();
  }

  public static Ref branch(String shortName) {
    return new Ref(HEADS + shortName);
  }

  public static Ref tag(String shortName) {
    return new Ref(TAGS + shortName);
  }

  public boolean isBranch() {
    return name.startsWith(HEADS);
  }

  public boolean isTag() {
    return name.startsWith(TAGS);
  }

  /** {@code main} for {@code refs/heads/main}, {@code v1} for {@code refs/tags/v1}. */
  public String shortName() {
    return isBranch()
        ? name.substring(HEADS.length())
        : isTag() ? name.substring(TAGS.length()) : name;
  }

  @JsonValue
  @Override
  public String toString() {
    return name;
  }

  private static boolean wellFormed(String name) {
    return name.length() <= LONGEST && name.startsWith("refs/") && Repository.isValidRefName(name);
  }
}
