package io.windlass.engine.journal;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.AnnotatedClass;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tells Jackson what sealed families are: a property {@code @type} holds the simple name of the
 * member's class.
 */
final class SealedTypes extends JacksonAnnotationIntrospector {
  private static final JsonTypeInfo.Value BY_NAME =
      JsonTypeInfo.Value.construct(
          JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, "@type", null, false, true, true);

  @Override
  public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(
      MapperConfig<?> config, Annotated annotated) {
    if (annotated instanceof AnnotatedClass && annotated.getRawType().isSealed()) {
      return BY_NAME;
    }
    return super.findPolymorphicTypeInfo(config, annotated);
  }

  @Override
  public @Nullable List<NamedType> findSubtypes(Annotated annotated) {
    if (annotated instanceof AnnotatedClass && annotated.getRawType().isSealed()) {
      return members(annotated.getRawType()).stream()
          .map(member -> new NamedType(member, member.getSimpleName()))
          .toList();
    }
    return super.findSubtypes(annotated);
  }

  /** The classes of a family, at any depth, that values can have. */
  static List<Class<?>> members(Class<?> type) {
    if (!type.isSealed()) {
      return List.of(type);
    }
    var all = new ArrayList<Class<?>>();
    for (Class<?> member : type.getPermittedSubclasses()) {
      all.addAll(members(member));
    }
    return all;
  }
}
