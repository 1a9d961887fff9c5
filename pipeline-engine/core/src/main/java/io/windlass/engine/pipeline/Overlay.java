package io.windlass.engine.pipeline;

import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Node.Mapping;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Lays what a narrower part of the file says over what a wider part says. Mappings are laid over
 * each other key by key; a list or a single value replaces the other. Each value keeps its own
 * place for messages.
 */
final class Overlay {

  private Overlay() {}

  static Node of(Node wide, Node narrow) {
    if (!(wide instanceof Mapping base) || !(narrow instanceof Mapping over)) {
      return narrow;
    }
    Map<String, Entry> merged = new LinkedHashMap<>();
    base.entries().forEach(e -> merged.put(e.name(), e));
    for (Entry e : over.entries()) {
      Entry below = merged.get(e.name());
      merged.put(
          e.name(), below == null ? e : new Entry(e.key(), Overlay.of(below.value(), e.value())));
    }
    return new Mapping(over.at(), List.copyOf(merged.values()));
  }
}
