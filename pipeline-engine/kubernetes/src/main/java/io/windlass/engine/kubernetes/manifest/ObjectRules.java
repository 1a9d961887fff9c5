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

  /** Whose annotations tell people, or ask for nothing but what a pod itself answers. */
  private static final Set<String> ANNOTATORS =
      Set.of("app.kubernetes.io", "checksum", "helm.sh", "meta.helm.sh", "prometheus.io");

  private static final Set<String> ANNOTATIONS =
      Set.of(
          "kubernetes.io/change-cause",
          "kubernetes.io/description",
          "kubectl.kubernetes.io/default-container",
          "kubectl.kubernetes.io/restartedAt");

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
    problems.addAll(References.check(objects, terms));
    problems.addAll(CertificateRules.checkAll(objects, terms));
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
    head(object, terms, findings);
    // From here on a number is a number, and a list is a list.
    Optional<String> formless = object.settle();
    if (formless.isPresent()) {
      findings.say("", formless.get());
      return findings.list();
    }
    JsonNode spec = object.tree().path("spec");
    switch (object.kind()) {
      case "Service" -> TrafficRules.service(spec, findings);
      case "Ingress" -> TrafficRules.ingress(object.tree(), terms, findings);
      case "HTTPRoute" -> TrafficRules.route(spec, terms, findings);
      case "StatefulSet" -> claims(spec, terms, findings);
      case "CronJob" -> below(spec.path("jobTemplate"), "spec.jobTemplate", terms, findings);
      case "PersistentVolumeClaim" -> ClaimRules.check(spec, "spec", terms, findings);
      default -> {}
    }
    if (CertificateRules.isCertificate(object)) {
      CertificateRules.check(object, terms, findings);
    }
    JsonNode template = object.template();
    if (template.isObject()) {
      below(template, object.templatePath(), terms, findings);
      PodRules.check(template.path("spec"), object.templatePath() + ".spec", terms, findings);
    }
    return findings.list();
  }

  /** The head of what the cluster makes of a template. */
  private static void below(JsonNode template, String path, Terms terms, Findings findings) {
    JsonNode metadata = template.path("metadata");
    findings.only(metadata, path + ".metadata", HEAD, "; leave it out");
    labels(metadata, path + ".metadata", Set.of(), findings);
    keys(metadata, "annotations", path + ".metadata", terms, findings);
    // What puts containers into pods goes by these, too.
    keys(metadata, "labels", path + ".metadata", terms, findings);
  }

  private static void head(Brought object, Terms terms, Findings findings) {
    JsonNode metadata = object.tree().path("metadata");
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
    // An Ingress' are asked for more strictly, and what the operator allows is known to them. A
    // claim's name its class, its volume and its node, whatever its spec says.
    boolean known =
        Kinds.STANDARD.contains(object.apiVersion() + "/" + object.kind())
            || object.is("PersistentVolumeClaim");
    if (known && !object.is("Ingress")) {
      keys(metadata, "annotations", "metadata", terms, findings);
    }
  }

  /** Networks, proxies, names and profiles are given out by keys of those who serve them. */
  private static void keys(
      JsonNode metadata, String part, String path, Terms terms, Findings findings) {
    for (Iterator<String> keys = metadata.path(part).fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      boolean known =
          key.indexOf('/') < 0
              || ANNOTATIONS.contains(key)
              || ANNOTATORS.contains(key.substring(0, key.indexOf('/')))
              || key.startsWith(OURS)
              || terms.allowance().annotations().takes(key);
      if (!known) {
        findings.say(
            path + "." + part + "[" + key + "]",
            "may speak to what serves the whole cluster; keys without a prefix are taken, those of "
                + String.join(", ", ANNOTATORS.stream().sorted().toList())
                + ", and those that the operator lists under annotations of the target");
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
    findings.each(
        spec.path("volumeClaimTemplates"),
        "spec.volumeClaimTemplates",
        (claim, path) -> {
          below(claim, path, terms, findings);
          ClaimRules.check(claim.path("spec"), path + ".spec", terms, findings);
        });
  }
}
