package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * Where a pod wants to be, or not to be, beside other pods. The scheduler asks it of the others,
 * too: what a pod must not be beside gets no node beside it. A term is therefore about the pods of
 * its own environment only.
 *
 * @param tree as Kubernetes has it
 * @param path below the pod's affinity
 */
record AffinityTerm(ObjectNode tree, String path) {
  static final String WHY = "a term is about the pods of its own environment";

  /** All of a pod's. */
  static List<AffinityTerm> of(JsonNode affinity) {
    List<AffinityTerm> terms = new ArrayList<>();
    for (String kind : List.of("podAffinity", "podAntiAffinity")) {
      add(terms, affinity, kind, "requiredDuringSchedulingIgnoredDuringExecution", "");
      add(
          terms,
          affinity,
          kind,
          "preferredDuringSchedulingIgnoredDuringExecution",
          "/podAffinityTerm");
    }
    return terms;
  }

  private static void add(
      List<AffinityTerm> terms, JsonNode affinity, String kind, String list, String below) {
    JsonNode found = affinity.path(kind).path(list);
    for (int i = 0; i < found.size(); i++) {
      if (found.path(i).at(below) instanceof ObjectNode term) {
        terms.add(
            new AffinityTerm(term, kind + "." + list + "[" + i + "]" + below.replace('/', '.')));
      }
    }
  }

  /**
   * Lets it mean none but these pods, of those that it is about; without a selector it is about
   * none.
   */
  void narrow(String label, String value) {
    if (tree.path("labelSelector") instanceof ObjectNode selector) {
      selector.withObjectProperty("matchLabels").put(label, value);
    }
  }
}
