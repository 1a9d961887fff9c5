package io.windlass.engine.kubernetes.manifest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which kinds of objects a repository may bring, as {@code apiVersion/Kind}.
 *
 * @param more what the operator allows beyond the standard ones
 */
public record Kinds(Set<String> more) {
  /** What needs no operator. */
  public static final Set<String> STANDARD =
      Set.of(
          "v1/ConfigMap",
          "v1/Service",
          "apps/v1/Deployment",
          "apps/v1/StatefulSet",
          "batch/v1/CronJob",
          "networking.k8s.io/v1/Ingress",
          "gateway.networking.k8s.io/v1/HTTPRoute",
          "policy/v1/PodDisruptionBudget");

  /** With which somebody could get the rights of others, whatever an operator wants. */
  private static final List<String> CLOSED =
      List.of(
          "rbac.authorization.k8s.io/",
          "authentication.k8s.io/",
          "certificates.k8s.io/",
          "admissionregistration.k8s.io/",
          "apiextensions.k8s.io/",
          "apiregistration.k8s.io/",
          "discovery.k8s.io/",
          "events.k8s.io/",
          "coordination.k8s.io/");

  private static final Map<String, String> WORDS =
      Map.ofEntries(
          Map.entry(
              "Secret", "name what is secret in app.secrets, and Windlass gives it to the pods"),
          Map.entry(
              "ServiceAccount",
              "leave it out, pods run with one that Windlass makes and that has no rights"),
          Map.entry("HorizontalPodAutoscaler", "say how the size follows the load with \"scale\""),
          Map.entry("Job", "use app.release for what runs once before a release"),
          Map.entry("Pod", "use a Deployment"),
          Map.entry("ReplicaSet", "use a Deployment"),
          Map.entry("Namespace", "the operator names the namespace"),
          Map.entry("CustomResourceDefinition", "let the operator install it"),
          Map.entry("Endpoints", "leave it out, the cluster makes them"),
          Map.entry("Event", "leave it out"));

  private static final Set<String> CLOSED_KINDS =
      Set.of(
          "Secret",
          "ServiceAccount",
          "Pod",
          "ReplicaSet",
          "ReplicationController",
          "Namespace",
          "Endpoints",
          "Event",
          "Node",
          "PersistentVolume",
          "Binding",
          "HorizontalPodAutoscaler",
          "Job",
          "Role",
          "RoleBinding",
          "ClusterRole",
          "ClusterRoleBinding",
          "List");

  public Kinds {
    more = Set.copyOf(more);
  }

  /** Only the standard ones. */
  public static Kinds standard() {
    return new Kinds(Set.of());
  }

  /** Whether an operator can allow a kind at all. */
  public static boolean mayBeAllowed(String kind) {
    return CLOSED.stream().noneMatch(kind::startsWith)
        && !CLOSED_KINDS.contains(kind.substring(kind.lastIndexOf('/') + 1));
  }

  /** Why an object may not be brought; empty where it may. */
  Optional<String> refusal(String apiVersion, String kind) {
    String full = apiVersion + "/" + kind;
    if (STANDARD.contains(full) || (more.contains(full) && mayBeAllowed(full))) {
      return Optional.empty();
    }
    Optional<String> other =
        STANDARD.stream().filter(known -> known.endsWith("/" + kind)).findFirst();
    String advice =
        other
            .map(known -> "write apiVersion: " + known.substring(0, known.lastIndexOf('/')))
            .or(() -> Optional.ofNullable(WORDS.get(kind)))
            .orElseGet(() ->
                mayBeAllowed(full)
                    ? "let the operator allow \"" + full + "\" in the target's kinds"
                    : "it gives rights, which only the operator does");
    return Optional.of(full + " may not be brought; " + advice);
  }

  boolean has(String kind) {
    return STANDARD.contains(kind) || more.contains(kind);
  }

  @Override
  public String toString() {
    Set<String> all = new TreeSet<>(STANDARD);
    all.addAll(more);
    return String.join(", ", all);
  }
}
