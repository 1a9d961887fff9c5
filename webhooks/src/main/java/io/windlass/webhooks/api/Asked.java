package io.windlass.webhooks.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.javalin.http.Context;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.run.RunId;
import io.windlass.engine.source.RepositoryName;
import java.util.Iterator;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what a request asks for; whatever does not fit is a {@link Problem} that says what was
 * expected.
 */
final class Asked {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST_TEXT = 1_000;

  private final Context context;

  Asked(Context context) {
    this.context = context;
  }

  RepositoryName repository() {
    String name = context.pathParam("owner") + "/" + context.pathParam("repository");
    return RepositoryName.parse(name)
        .orElseThrow(
            () -> Problem.badRequest("'" + name + "' is not a repository; expected OWNER/NAME"));
  }

  RunId run() {
    return new RunId(repository().toString(), number("number", context.pathParam("number")));
  }

  EnvironmentId environment() {
    try {
      return EnvironmentId.parse(repository() + "/" + context.pathParam("environment"));
    } catch (IllegalArgumentException e) {
      throw Problem.badRequest(
          "'" + context.pathParam("environment") + "' is not the name of an environment");
    }
  }

  /** A parameter of the query; empty where it is absent or blank. */
  Optional<String> query(String name) {
    return Optional.ofNullable(context.queryParam(name))
        .map(String::strip)
        .filter(text -> !text.isEmpty());
  }

  Optional<Long> queryNumber(String name) {
    return query(name).map(text -> number(name, text));
  }

  /** How many to list: between 1 and {@code most}, and {@code most} where nothing is said. */
  int limit(int most) {
    long asked = queryNumber("limit").orElse((long) most);
    if (asked < 1 || asked > most) {
      throw Problem.badRequest("limit is " + asked + "; expected a number from 1 to " + most);
    }
    return (int) asked;
  }

  /** The body as a JSON object with no other than these properties. */
  JsonNode body(Set<String> properties) {
    JsonNode body;
    try {
      body = JSON.readTree(context.body());
    } catch (JsonProcessingException e) {
      throw Problem.badRequest("the body is not JSON: " + e.getOriginalMessage());
    }
    if (!body.isObject()) {
      throw Problem.badRequest(
          "the body is not a JSON object; expected one with " + String.join(", ", properties));
    }
    for (Iterator<String> names = body.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      if (!properties.contains(name)) {
        throw Problem.badRequest(
            "the body has '"
                + name
                + "', which is not known here; expected "
                + String.join(", ", properties));
      }
    }
    return body;
  }

  /** A text that the body must have. */
  static String text(JsonNode body, String name) {
    JsonNode value = body.path(name);
    if (!value.isTextual() || value.asText().isBlank()) {
      throw Problem.badRequest("the body has no '" + name + "'; expected a text that is not blank");
    }
    if (value.asText().length() > LONGEST_TEXT) {
      throw Problem.badRequest(
          "'"
              + name
              + "' has "
              + value.asText().length()
              + " characters; expected at most "
              + LONGEST_TEXT);
    }
    return value.asText();
  }

  /** Reads a number that is not negative. */
  static long number(String name, String text) {
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw Problem.badRequest(
        name + " is '" + text + "'; expected a whole number that is not negative");
  }
}
