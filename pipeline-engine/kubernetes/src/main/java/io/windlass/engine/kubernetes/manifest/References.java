package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What objects refer to by name must have been brought with them, or the operator must have listed
 * it: in a namespace that several environments share, another name could be another environment's.
 */
final class References {
  private final Terms terms;
  private final Set<String> there;

  /** In which cert-manager keeps certificates that are brought. */
  private final Set<String> certificates;

  private final List<String> problems = new ArrayList<>();

  private References(List<Brought> objects, Terms terms) {
    this.terms = terms;
    this.certificates =
        CertificateRules.among(objects).map(CertificateRules::secret).collect(Collectors.toSet());
    this.there =
        objects.stream()
            .map(object -> object.kind() + " " + object.name())
            .collect(Collectors.toSet());
  }

  /** The references to Services, claims and certificates that lead to none of these objects. */
  static List<String> check(List<Brought> objects, Terms terms) {
    var references = new References(objects, terms);
    objects.forEach(references::look);
    return references.problems;
  }

  private void look(Brought object) {
    JsonNode spec = object.tree().path("spec");
    if (object.is("Ingress")) {
      spec.path("tls").forEach(tls -> certificate(object, tls.path("secretName").asText()));
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

  /** Without a name the controller takes a certificate of its own. */
  private void certificate(Brought ingress, String secret) {
    boolean taken =
        secret.isEmpty()
            || certificates.contains(secret)
            || terms.allowance().tlsSecrets().takes(secret);
    if (!taken) {
      problems.add(
          "%s: spec.tls takes Secret \"%s\", in which no Certificate that is brought is kept; leave secretName out, or let the operator list it under tls-secrets of the target"
              .formatted(ingress, secret));
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
