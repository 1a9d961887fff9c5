package io.windlass.engine.journal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import java.util.HashSet;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Records to JSON and back. What does not fit exactly is an error, so that nothing is lost in
 * silence.
 */
final class Codec {
  private final JsonMapper mapper =
      JsonMapper.builder()
          .annotationIntrospector(new SealedTypes())
          .addModules(new ParameterNamesModule(), new Jdk8Module(), new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS) // records without components
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();
  private final Map<Class<?>, ObjectWriter> writers = new ConcurrentHashMap<>();
  private final Map<Class<?>, ObjectReader> readers = new ConcurrentHashMap<>();
  private final int maxChars;

  Codec(int maxChars) {
    this.maxChars = maxChars;
  }

  JsonMapper mapper() {
    return mapper.copy();
  }

  /** Refuses a family in which two members have the same simple name. */
  void check(Class<?> type) {
    var names = new HashSet<String>();
    for (Class<?> member : SealedTypes.members(type)) {
      if (!names.add(member.getSimpleName())) {
        throw new IllegalArgumentException(
            "Tried to register '"
                + type.getName()
                + "' but two of its members are called '"
                + member.getSimpleName()
                + "'; stored values could not be told apart");
      }
    }
  }

  <T> String write(Class<T> type, T value) {
    try {
      String json = writers.computeIfAbsent(type, mapper::writerFor).writeValueAsString(value);
      if (json.length() > maxChars) {
        throw new IllegalArgumentException(
            "Tried to store a '"
                + value.getClass().getSimpleName()
                + "' of "
                + json.length()
                + " characters but the limit is "
                + maxChars);
      }
      return json;
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(
          "Tried to store a '"
              + value.getClass().getSimpleName()
              + "' but it is no JSON: "
              + e.getOriginalMessage(),
          e);
    }
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws UnreadableException when this version does not know such a value
   */
  <T> T read(Class<T> type, String json) {
    try {
      return readers.computeIfAbsent(type, mapper::readerFor).readValue(json);
    } catch (JsonProcessingException | IllegalArgumentException e) {
      throw new UnreadableException(
          "Tried to read a stored '"
              + type.getSimpleName()
              + "' but this version does not know it: "
              + (e instanceof JsonProcessingException problem
                  ? problem.getOriginalMessage()
                  : e.getMessage()),
          e);
    }
  }
}
