package io.windlass.webhooks.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import io.windlass.engine.journal.StoredForm;
import java.io.IOException;
import java.util.Locale;

/**
 * How the API writes JSON: names in camel case, enum values in lower case with hyphens, times in
 * ISO 8601, what is absent left out, and a property {@code @type} where a value is one of several
 * kinds.
 */
public final class ApiJson {
  private ApiJson() {}

  /** A mapper of its own. */
  public static ObjectMapper mapper() {
    ObjectMapper mapper = StoredForm.mapper();
    mapper.setDefaultPropertyInclusion(JsonInclude.Include.NON_ABSENT);
    mapper.registerModule(new SimpleModule("windlass-api").addSerializer(new EnumWords()));
    return mapper;
  }

  /** {@code CRASH_LOOPING} as {@code crash-looping}. */
  public static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  @SuppressWarnings("rawtypes") // a serializer of all enums has no other type to name
  private static final class EnumWords extends StdSerializer<Enum> {
    private static final long serialVersionUID = 1;

    EnumWords() {
      super(Enum.class);
    }

    @Override
    public void serialize(Enum value, JsonGenerator generator, SerializerProvider provider)
        throws IOException {
      generator.writeString(word(value));
    }
  }
}
