package io.windlass.engine.local.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The protocol's records as JSON: times and durations in ISO form, unknown fields passed over. */
public final class Json {
  private static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .addModules(new Jdk8Module(), new JavaTimeModule(), new ParameterNamesModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(
                  JsonInclude.Include.NON_ABSENT, JsonInclude.Include.USE_DEFAULTS))
          .build();

  private Json() {}

  public static byte[] write(Object value) {
    try {
      return MAPPER.writeValueAsBytes(value);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(
          "Tried to write a "
              + value.getClass().getSimpleName()
              + " as JSON but it has no such form",
          e);
    }
  }

  public static <T> T read(byte[] json, Class<T> type) throws IOException {
    return present(MAPPER.readValue(json, type), type);
  }

  public static <T> List<T> readList(byte[] json, Class<T> element) throws IOException {
    JavaType type = MAPPER.getTypeFactory().constructCollectionType(List.class, element);
    List<T> list = MAPPER.readValue(json, type);
    return present(list, element);
  }

  private static <T> T present(@Nullable T value, Class<?> type) throws IOException {
    if (value == null) {
      throw new IOException("Tried to read a " + type.getSimpleName() + " but found null");
    }
    return value;
  }
}
