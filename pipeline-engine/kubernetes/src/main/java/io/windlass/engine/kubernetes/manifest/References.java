package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What objects refer to by name must have been brought with them: in a namespace that several
 * environments share, another name could be another environment's.
 */
final class References {
  private final Set<String> there;
  private final List<String> problems = new ArrayList<>();

  private References(List<Brought> objects) {
    this.there =
        objects.stream()
            .map(object -> object.kind() + " " + object.name())
            .collect(Collectors.toSet());
  }

  /** The references to Services and claims that lead to none of these objects. */
  static List<String> check(List<Brought> objects) {
    var references = new References(objects);
    objects.forEach(references::look);
    return references.problems;
  }

  private void look(Brought object) {
    JsonNode spec = object.tree().path("spec");
    if (object.is("Ingress")) {
      for (JsonNode rule : spec.path("rules")) {
        for (JsonNode path : rule.path("http").path("paths")) {
          need(object, "Service", path.path("backend").path("service").path("name").asText());
        }
      }
    } else if (object.is("HTTPRoute")) {
      for (JsonNode rule : spec.path("rules")) {
        rule.path("backendRefs")
            .forEach(backend -> need(object, "Service", backend.path("name").asText()));
      }
    }
    for (JsonNode volume : object.template().path("spec").path("volumes")) {
      if (volume.has("persistentVolumeClaim")) {
        need(
            object,
            "PersistentVolumeClaim",
            volume.path("persistentVolumeClaim").path("claimName").asText());
      }
    }
  }

  private void need(Brought object, String kind, String name) {
    if (!there.contains(kind + " " + name)) {
      problems.add(
          "%s: refers to %s \"%s\", which is not among what is brought"
              .formatted(object, kind, name));
    }
  }
}
