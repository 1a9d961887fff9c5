package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import io.windlass.engine.kubernetes.workload.Exposure;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** What objects may say that lead requests to pods; which hosts they ask for is granted apart. */
final class TrafficRules {
  private static final Set<String> SERVICE =
      Set.of(
          "selector",
          "ports",
          "type",
          "clusterIP",
          "sessionAffinity",
          "sessionAffinityConfig",
          "publishNotReadyAddresses",
          "ipFamilies",
          "ipFamilyPolicy",
          "internalTrafficPolicy",
          "trafficDistribution");
  private static final Set<String> INGRESS = Set.of("ingressClassName", "rules", "tls");
  private static final Set<String> ROUTE = Set.of("parentRefs", "hostnames", "rules");
  private static final Set<String> RULE =
      Set.of(
          "name", "matches", "filters", "backendRefs", "timeouts", "retry", "sessionPersistence");
  private static final Set<String> FILTERS =
      Set.of(
          "RequestHeaderModifier",
          "ResponseHeaderModifier",
          "RequestRedirect",
          "URLRewrite",
          "CORS");

  private TrafficRules() {}

  static void service(JsonNode spec, Findings findings) {
    findings.only(
        spec, "spec", SERVICE, "; services of a repository are reached in the cluster only");
    String type = spec.path("type").asText("ClusterIP");
    if (!type.equals("ClusterIP")) {
      findings.say(
          "spec.type",
          "is "
              + type
              + "; only ClusterIP is taken, an Ingress or HTTPRoute leads in from outside");
    }
    String address = spec.path("clusterIP").asText("None");
    if (!address.equals("None") && !address.isEmpty()) {
      findings.say("spec.clusterIP", "may only be None");
    }
    if (spec.path("selector").isEmpty()) {
      findings.say("spec.selector", "is empty; a service leads to pods of this environment");
    }
  }

  static void ingress(JsonNode ingress, Terms terms, Findings findings) {
    JsonNode spec = ingress.path("spec");
    if (!(terms.exposure() instanceof Exposure.ByIngress by)) {
      findings.say("", "needs a target whose operator has named an ingress class");
      return;
    }
    findings.only(spec, "spec", INGRESS, "; name a host for every rule");
    String own = spec.path("ingressClassName").asText();
    if (!own.isEmpty() && !own.equals(by.ingressClass().orElse(own))) {
      findings.say(
          "spec.ingressClassName",
          "is \"%s\" and the target has \"%s\"; leave it out"
              .formatted(own, by.ingressClass().get()));
    }
    annotations(ingress.path("metadata").path("annotations"), by, terms, findings);
    if (spec.path("rules").isEmpty()) {
      findings.say("spec.rules", "is empty");
    }
    findings.each(
        spec.path("rules"),
        "spec.rules",
        (rule, path) -> {
          if (rule.path("host").asText().isEmpty()) {
            findings.say(path + ".host", "is missing; without it every host would be taken");
          }
          if (rule.path("http").path("paths").isEmpty()) {
            findings.say(path + ".http.paths", "is empty");
          }
          findings.each(
              rule.path("http").path("paths"),
              path + ".http.paths",
              (one, at) -> {
                if (one.path("backend").path("service").path("name").asText().isEmpty()) {
                  findings.say(at + ".backend", "must be a service");
                }
              });
        });
  }

  /** An annotation can be a program for the controller that serves everybody. */
  private static void annotations(
      JsonNode annotations, Exposure.ByIngress by, Terms terms, Findings findings) {
    for (Iterator<String> keys = annotations.fieldNames(); keys.hasNext(); ) {
      String key = keys.next();
      boolean same = annotations.path(key).asText().equals(by.annotations().get(key));
      // What names the chart and its parts tells the controller nothing.
      boolean harmless = key.startsWith("app.kubernetes.io/") || key.startsWith("meta.helm.sh/");
      if (!same && !harmless && !terms.allowance().annotations().takes(key)) {
        findings.say(
            "metadata.annotations[" + key + "]",
            "may only come from the operator, under ingress.annotations of the target, or with its key listed under annotations");
      }
    }
  }

  static void route(JsonNode spec, Terms terms, Findings findings) {
    if (!(terms.exposure() instanceof Exposure.ByGateway by)) {
      findings.say("", "needs a target whose operator has named a gateway");
      return;
    }
    findings.only(spec, "spec", ROUTE, "");
    if (spec.path("hostnames").isEmpty()) {
      findings.say("spec.hostnames", "is empty; without it every host would be taken");
    }
    findings.each(
        spec.path("parentRefs"),
        "spec.parentRefs",
        (parent, path) -> {
          boolean gateway =
              parent.path("name").asText().equals(by.gateway())
                  && parent.path("namespace").asText(terms.namespace()).equals(by.namespace())
                  && parent.path("kind").asText("Gateway").equals("Gateway")
                  && by.section()
                      .map(section -> parent.path("sectionName").asText(section).equals(section))
                      .orElse(true);
          if (!gateway) {
            findings.say(path, "is not the target's gateway; leave parentRefs out");
          }
        });
    findings.each(spec.path("rules"), "spec.rules", (rule, path) -> rule(rule, path, findings));
  }

  private static void rule(JsonNode rule, String path, Findings findings) {
    findings.only(rule, path, RULE, "");
    findings.each(
        rule.path("filters"),
        path + ".filters",
        (filter, at) -> {
          if (!FILTERS.contains(filter.path("type").asText())) {
            findings.say(at, "is " + filter.path("type").asText() + ", which is not taken");
          }
        });
    findings.each(
        rule.path("backendRefs"),
        path + ".backendRefs",
        (backend, at) -> {
          boolean service =
              backend.path("kind").asText("Service").equals("Service")
                  && backend.path("group").asText().isEmpty()
                  && !backend.has("namespace")
                  && backend.path("filters").isEmpty();
          if (!service) {
            findings.say(at, "must be a service of this environment, without filters");
          }
        });
  }

  /** The hosts that these objects ask for. */
  static List<String> hosts(Collection<Brought> objects) {
    Set<String> hosts = new TreeSet<>();
    for (Brought object : objects) {
      JsonNode spec = object.tree().path("spec");
      if (object.is("Ingress")) {
        spec.path("rules").forEach(rule -> hosts.add(rule.path("host").asText()));
        spec.path("tls").forEach(tls -> tls.path("hosts").forEach(h -> hosts.add(h.asText())));
      } else if (object.is("HTTPRoute")) {
        spec.path("hostnames").forEach(host -> hosts.add(host.asText()));
      } else if (CertificateRules.isCertificate(object)) {
        hosts.addAll(CertificateRules.hosts(object));
      }
    }
    hosts.remove("");
    return List.copyOf(hosts);
  }
}
