package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What holds for every object that is brought, whatever release it is for. */
final class ObjectRules {
  /** On an object: the process of the application whose workload it is. */
  static final String PROCESS = "windlass.io/process";

  private static final String OURS = "windlass.io/";
  private static final String HOOK = "helm.sh/hook";
  private static final Pattern NAME = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?");

  /** Beside these an object's head is the cluster's. */
  private static final Set<String> HEAD =
      Set.of("name", "namespace", "labels", "annotations", "creationTimestamp");

  private ObjectRules() {}

  /** All that is wrong with them. */
  static List<String> check(List<Brought> objects, Terms terms) {
    List<String> problems = new ArrayList<>();
    var seen = new TreeMap<String, Brought>(String.CASE_INSENSITIVE_ORDER);
    for (Brought object : objects) {
      problems.addAll(check(object, terms));
      Brought other = seen.putIfAbsent(object.kind() + " " + object.name(), object);
      if (other != null && !object.name().isEmpty()) {
        problems.add(object + " is there twice; see " + other);
      }
    }
    return problems;
  }

  private static List<String> check(Brought object, Terms terms) {
    var findings = new Findings(object);
    if (object.kind().isEmpty() || object.apiVersion().isEmpty()) {
      findings.say("", "is no object of Kubernetes; it needs apiVersion and kind");
      return findings.list();
    }
    Optional<String> refusal = terms.kinds().refusal(object.apiVersion(), object.kind());
    if (refusal.isPresent()) {
      findings.say("", refusal.get());
      return findings.list();
    }
    head(object.tree().path("metadata"), terms, findings);
    JsonNode spec = object.tree().path("spec");
    switch (object.kind()) {
      case "Service" -> TrafficRules.service(spec, findings);
      case "Ingress" -> TrafficRules.ingress(object.tree(), terms, findings);
      case "HTTPRoute" -> TrafficRules.route(spec, terms, findings);
      case "StatefulSet" -> claims(spec, terms, findings);
      default -> {}
    }
    JsonNode template = object.template();
    if (template.isObject()) {
      labels(template.path("metadata"), object.templatePath() + ".metadata", Set.of(), findings);
      PodRules.check(template.path("spec"), object.templatePath() + ".spec", terms, findings);
    }
    return findings.list();
  }

  private static void head(JsonNode metadata, Terms terms, Findings findings) {
    String name = metadata.path("name").asText();
    if (!NAME.matcher(name).matches()) {
      findings.say("metadata.name", "is not a name of small letters, digits, - and dots");
    }
    String namespace = metadata.path("namespace").asText();
    if (!namespace.isEmpty() && !namespace.equals(terms.namespace())) {
      findings.say(
          "metadata.namespace",
          "is \"%s\" and the environment is in \"%s\"; leave it out"
              .formatted(namespace, terms.namespace()));
    }
    findings.only(metadata, "metadata", HEAD, "; leave it out");
    labels(metadata, "metadata", Set.of(PROCESS), findings);
    for (Iterator<String> keys = metadata.path("annotations").fieldNames(); keys.hasNext(); ) {
      if (keys.next().startsWith(HOOK)) {
        findings.say(
            "metadata.annotations",
            "make it a hook of helm, which is not run here; use app.release for what runs before a release");
        return;
      }
    }
  }

  private static void labels(
      JsonNode metadata, String path, Set<String> except, Findings findings) {
    for (String part : List.of("labels", "annotations")) {
      for (Iterator<String> keys = metadata.path(part).fieldNames(); keys.hasNext(); ) {
        String key = keys.next();
        boolean known = part.equals("labels") && except.contains(key);
        if (key.startsWith(OURS) && !known) {
          findings.say(path + "." + part + "[" + key + "]", "is set by Windlass; leave it out");
        } else if (!metadata.path(part).path(key).isTextual()) {
          findings.say(path + "." + part + "[" + key + "]", "is no text; put it in quotes");
        }
      }
    }
  }

  private static void claims(JsonNode spec, Terms terms, Findings findings) {
    boolean allowed = terms.kinds().has("v1/PersistentVolumeClaim");
    if (!allowed && !spec.path("volumeClaimTemplates").isEmpty()) {
      findings.say(
          "spec.volumeClaimTemplates",
          "may not be set; let the operator allow \"v1/PersistentVolumeClaim\" in the target's kinds");
    }
  }
}
