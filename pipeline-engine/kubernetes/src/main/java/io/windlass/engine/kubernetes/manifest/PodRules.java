package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/**
 * What a pod of a repository may say: the restricted Pod Security Standard, and less where it would
 * reach what is the operator's or another environment's. What it does not say is filled in.
 */
final class PodRules {
  private static final Set<String> POD =
      Set.of(
          "containers",
          "initContainers",
          "volumes",
          "restartPolicy",
          "terminationGracePeriodSeconds",
          "activeDeadlineSeconds",
          "dnsPolicy",
          "dnsConfig",
          "hostname",
          "subdomain",
          "hostAliases",
          "setHostnameAsFQDN",
          "shareProcessNamespace",
          "affinity",
          "topologySpreadConstraints",
          "nodeSelector",
          "securityContext",
          "enableServiceLinks",
          "readinessGates",
          "serviceAccountName",
          "serviceAccount");

  private static final Set<String> CONTAINER =
      Set.of(
          "name",
          "image",
          "imagePullPolicy",
          "command",
          "args",
          "workingDir",
          "ports",
          "env",
          "envFrom",
          "resources",
          "volumeMounts",
          "livenessProbe",
          "readinessProbe",
          "startupProbe",
          "lifecycle",
          "terminationMessagePath",
          "terminationMessagePolicy",
          "stdin",
          "stdinOnce",
          "tty",
          "restartPolicy",
          "securityContext");

  private static final Set<String> POD_SECURITY =
      Set.of(
          "runAsUser",
          "runAsGroup",
          "runAsNonRoot",
          "fsGroup",
          "fsGroupChangePolicy",
          "supplementalGroups",
          "seccompProfile");

  private static final Set<String> SECURITY =
      Set.of(
          "runAsUser",
          "runAsGroup",
          "runAsNonRoot",
          "allowPrivilegeEscalation",
          "readOnlyRootFilesystem",
          "capabilities",
          "seccompProfile");

  private static final Set<String> VOLUMES =
      Set.of("configMap", "emptyDir", "downwardAPI", "projected");
  private static final Set<String> AFFINITY =
      Set.of("nodeAffinity", "podAffinity", "podAntiAffinity");
  private static final Set<String> TERM =
      Set.of("labelSelector", "topologyKey", "matchLabelKeys", "mismatchLabelKeys");
  private static final Set<String> PROJECTED = Set.of("configMap", "downwardAPI");
  private static final String SECRETS = "; name the secret in app.secrets, and it is a variable";

  private final Terms terms;
  private final Findings findings;

  private PodRules(Terms terms, Findings findings) {
    this.terms = terms;
    this.findings = findings;
  }

  static void check(JsonNode pod, String path, Terms terms, Findings findings) {
    new PodRules(terms, findings).pod(pod, path);
  }

  private void pod(JsonNode pod, String path) {
    findings.only(pod, path, POD, "; pods of a repository run without it");
    for (String account : List.of("serviceAccountName", "serviceAccount")) {
      String name = pod.path(account).asText("default");
      if (!name.equals("default")) {
        findings.say(
            path + "." + account,
            "is \"%s\", and pods run with the account that Windlass makes; leave it out"
                .formatted(name));
      }
    }
    security(pod.path("securityContext"), path + ".securityContext", POD_SECURITY);
    affinity(pod.path("affinity"), path + ".affinity");
    findings.each(pod.path("volumes"), path + ".volumes", this::volume);
    for (String list : List.of("initContainers", "containers")) {
      findings.each(pod.path(list), path + "." + list, this::container);
    }
    if (pod.path("containers").isEmpty()) {
      findings.say(path + ".containers", "is empty");
    }
  }

  private void security(JsonNode context, String path, Set<String> fields) {
    findings.only(context, path, fields, "; it is not part of the restricted profile");
    if (context.path("runAsUser").asLong(1) < 1) {
      findings.say(path + ".runAsUser", "is root's; name another user");
    }
    no(context, "runAsNonRoot", path, "must not be false");
    yes(context, "allowPrivilegeEscalation", path, "must be false");
    String seccomp = context.path("seccompProfile").path("type").asText("RuntimeDefault");
    if (!seccomp.equals("RuntimeDefault")) {
      findings.say(path + ".seccompProfile", "is " + seccomp + "; only RuntimeDefault is taken");
    }
    context
        .path("capabilities")
        .path("add")
        .forEach(capability -> {
          if (!capability.asText().equals("NET_BIND_SERVICE")) {
            findings.say(
                path + ".capabilities.add",
                "has " + capability.asText() + "; only NET_BIND_SERVICE is taken");
          }
        });
  }

  private void yes(JsonNode mapping, String field, String path, String sentence) {
    if (mapping.path(field).asBoolean(false)) {
      findings.say(path + "." + field, sentence);
    }
  }

  private void no(JsonNode mapping, String field, String path, String sentence) {
    if (!mapping.path(field).asBoolean(true)) {
      findings.say(path + "." + field, sentence);
    }
  }

  private void affinity(JsonNode affinity, String path) {
    findings.only(affinity, path, AFFINITY, "");
    for (AffinityTerm term : AffinityTerm.of(affinity)) {
      String at = path + "." + term.path();
      findings.only(term.tree(), at, TERM, "; " + AffinityTerm.WHY);
      // Empty, it means all of them.
      if (term.tree().path("namespaceSelector").isObject()
          && term.tree().path("namespaceSelector").isEmpty()) {
        findings.say(at + ".namespaceSelector", "may not be set; " + AffinityTerm.WHY);
      }
    }
  }

  private void volume(JsonNode volume, String path) {
    volume
        .fieldNames()
        .forEachRemaining(type -> {
          boolean claim =
              type.equals("persistentVolumeClaim") && terms.kinds().has("v1/PersistentVolumeClaim");
          if (!type.equals("name") && !VOLUMES.contains(type) && !claim) {
            findings.say(
                path + "." + type,
                "may not be mounted"
                    + (type.equals("secret")
                        ? SECRETS
                        : "; take one of "
                            + String.join(", ", VOLUMES.stream().sorted().toList())));
          }
        });
    findings.each(
        volume.path("projected").path("sources"),
        path + ".projected.sources",
        (source, at) -> findings.only(source, at, PROJECTED, "; take configMap or downwardAPI"));
  }

  private void container(JsonNode container, String path) {
    findings.only(container, path, CONTAINER, "; containers of a repository run without it");
    security(container.path("securityContext"), path + ".securityContext", SECURITY);
    if (container.path("image").asText().isEmpty()) {
      findings.say(path + ".image", "is missing");
    }
    findings.each(
        container.path("ports"),
        path + ".ports",
        (port, at) -> {
          if (port.has("hostPort") || port.has("hostIP")) {
            findings.say(at, "takes a port of the node; leave hostPort out");
          }
        });
    findings.each(
        container.path("env"),
        path + ".env",
        (variable, at) -> {
          if (variable.path("valueFrom").has("secretKeyRef")) {
            findings.say(at, "takes a Secret" + SECRETS);
          }
        });
    findings.each(
        container.path("envFrom"),
        path + ".envFrom",
        (source, at) -> {
          if (source.has("secretRef")) {
            findings.say(at, "takes a Secret" + SECRETS);
          }
        });
    for (String probe : List.of("livenessProbe", "readinessProbe", "startupProbe")) {
      asks(container.path(probe), path + "." + probe);
    }
    for (String moment : List.of("preStop", "postStart")) {
      asks(container.path("lifecycle").path(moment), path + ".lifecycle." + moment);
    }
  }

  /** The node asks, and could be sent to anybody. */
  private void asks(JsonNode probe, String path) {
    for (String way : List.of("httpGet", "tcpSocket")) {
      if (probe.path(way).has("host")) {
        findings.say(path + "." + way + ".host", "may not be set; the pod itself is asked");
      }
    }
  }
}
