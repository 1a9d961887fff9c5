package io.windlass.engine.source;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.function.Predicate;

/** Typed look-ups by JSON pointer; the first that does not fit ends the reading with its place. */
final class Body {
  private static final int SHOWN = 60;

  private final JsonNode root;

  Body(JsonNode root) {
    this.root = root;
  }

  /** Present and not null. */
  boolean isPresent(String at) {
    JsonNode node = root.at(at);
    return !node.isMissingNode() && !node.isNull();
  }

  void object(String at) {
    if (!root.at(at).isObject()) {
      throw mismatch(at, "an object");
    }
  }

  /**
   * The object id below {@code parent}, where the parent must be an object for the id to mean
   * anything.
   */
  String object(String parent, String field, Predicate<String> valid) {
    object(parent);
    String text = text(parent + field);
    if (!valid.test(text)) {
      throw mismatch(parent + field, "the id of an object: 40 hexadecimal digits, not all 0");
    }
    return text;
  }

  String text(String at) {
    JsonNode node = root.at(at);
    if (!node.isTextual()) {
      throw mismatch(at, "a string");
    }
    return node.textValue();
  }

  /**
   * For what is only shown: anything else than a string gives the other text, and a long one is
   * cut.
   */
  String textOr(String at, String other) {
    JsonNode node = root.at(at);
    return node.isTextual() && !node.textValue().isBlank() ? cut(node.textValue(), 200) : other;
  }

  boolean flag(String at) {
    JsonNode node = root.at(at);
    if (!node.isBoolean()) {
      throw mismatch(at, "true or false");
    }
    return node.booleanValue();
  }

  long number(String at) {
    JsonNode node = root.at(at);
    if (!node.isIntegralNumber() || !node.canConvertToLong() || node.longValue() <= 0) {
      throw mismatch(at, "a positive whole number");
    }
    return node.longValue();
  }

  JsonNode list(String at) {
    JsonNode node = root.at(at);
    if (!node.isArray()) {
      throw mismatch(at, "a list");
    }
    return node;
  }

  String sha(String at) {
    String text = text(at);
    if (!Sha.isValid(text)) {
      throw mismatch(at, "an object id: 40 hexadecimal digits");
    }
    return text;
  }

  Ref ref(String at) {
    return Ref.parse(text(at)).orElseThrow(() -> mismatch(at, "a ref such as refs/heads/main"));
  }

  Ref branch(String at) {
    return Ref.parse("refs/heads/" + text(at))
        .orElseThrow(() -> mismatch(at, "a branch such as main"));
  }

  RepositoryName repository(String at) {
    return RepositoryName.parse(text(at))
        .orElseThrow(() -> mismatch(at, "a repository such as acme/shop"));
  }

  /** Shown only: a time that cannot be read is no reason to lose a push. */
  Optional<Instant> instant(String at) {
    try {
      return root.at(at).isTextual()
          ? Optional.of(OffsetDateTime.parse(root.at(at).textValue()).toInstant())
          : Optional.empty();
    } catch (DateTimeException unreadable) {
      return Optional.empty();
    }
  }

  Mismatch mismatch(String at, String expected) {
    JsonNode node = root.at(at);
    String found =
        switch (node.getNodeType()) {
          case MISSING -> "missing";
          case OBJECT -> "an object";
          case ARRAY -> "a list";
          case NULL -> "null";
          case STRING -> '"' + cut(node.textValue(), SHOWN) + '"';
          case NUMBER, BOOLEAN, BINARY, POJO -> cut(node.asText(), SHOWN);
        };
    return new Mismatch(at, found, expected);
  }

  static String cut(String text, int longest) {
    if (text.length() <= longest) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(longest - 2)) ? longest - 2 : longest - 1;
    return text.substring(0, end) + "…";
  }

  /** Carries the place out of the reading; never leaves this package. */
  static final class Mismatch extends RuntimeException {
    private static final long serialVersionUID = 1;

    final String at;
    final String found;
    final String expected;

    Mismatch(String at, String found, String expected) {
      super(at, null, false, false);
      this.at = at;
      this.found = found;
      this.expected = expected;
    }
  }
}
