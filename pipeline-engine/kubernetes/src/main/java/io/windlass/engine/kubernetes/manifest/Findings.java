package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/** Gathers what is wrong with one object, each with its path. */
final class Findings {
  private final Brought object;
  private final List<String> found = new ArrayList<>();

  Findings(Brought object) {
    this.object = object;
  }

  void say(String path, String sentence) {
    found.add(object + ": " + (path.isEmpty() ? "" : path + " ") + sentence);
  }

  List<String> list() {
    return List.copyOf(found);
  }

  /** Each field of a mapping that is none of these; one that says nothing does no harm. */
  void only(JsonNode mapping, String path, Set<String> fields, String advice) {
    for (Iterator<String> names = mapping.fieldNames(); names.hasNext(); ) {
      String name = names.next();
      JsonNode value = mapping.path(name);
      boolean nothing = value.isNull() || (value.isContainerNode() && value.isEmpty());
      boolean no = value.isBoolean() && !value.asBoolean();
      if (!fields.contains(name) && !nothing && !no) {
        say(path + "." + name, "may not be set" + advice);
      }
    }
  }

  /** Every element of a list of mappings, by its name where it has one. */
  void each(JsonNode list, String path, BiConsumer<JsonNode, String> look) {
    if (!list.isArray() && !list.isMissingNode() && !list.isNull()) {
      say(path, "is no list");
      return;
    }
    for (int i = 0; i < list.size(); i++) {
      JsonNode element = list.get(i);
      if (!element.isObject()) {
        say(path + "[" + i + "]", "is no mapping");
        continue;
      }
      String name = element.path("name").asText(Integer.toString(i));
      look.accept(element, path + "[" + name + "]");
    }
  }
}
