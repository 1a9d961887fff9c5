package io.windlass.engine.release;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;

/** Releases as JSON, as they are stored: what this version writes, every later one reads. */
public final class ReleaseJson {
  private static final JsonMapper JSON =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .build();

  private ReleaseJson() {}

  public static String write(Release release) {
    try {
      return JSON.writeValueAsString(release);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("Every release is JSON", e);
    }
  }

  /** Reads what {@link #write} wrote. */
  public static Release read(String json) {
    try {
      return JSON.readValue(json, Release.class);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "Tried to read a stored release but "
              + e.getOriginalMessage()
              + "; restore the database from a copy",
          e);
    }
  }
}
