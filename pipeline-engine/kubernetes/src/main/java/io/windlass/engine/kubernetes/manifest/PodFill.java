package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Variables;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.Release;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Puts what is Windlass' and the operator's into the description of a pod: the image by its digest,
 * variables and secrets, the account, and what the restricted profile wants said.
 */
final class PodFill {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Release release;
  private final Placement placement;
  private final Map<String, ImageRef> images;
  private final List<String> problems = new ArrayList<>();

  /**
   * Of one release.
   *
   * @param images the digest to put in, by the image's name without tag and digest
   */
  PodFill(Release release, Placement placement, Map<String, ImageRef> images) {
    this.release = release;
    this.placement = placement;
    this.images = Map.copyOf(images);
  }

  List<String> problems() {
    return problems;
  }

  /**
   * Fills a template, in place.
   *
   * @param runs whether the application itself runs in it, and gets its variables and secrets
   * @return whether the release's image is in it
   */
  boolean fill(Brought object, ObjectNode template, boolean runs) {
    template
        .withObjectProperty("metadata")
        .withObjectProperty("labels")
        .put(Labels.ENVIRONMENT, Labels.environment(release.environment()));
    template
        .withObjectProperty("metadata")
        .withObjectProperty("annotations")
        .put(Labels.ENVIRONMENT, release.environment().toString());
    ObjectNode pod = template.withObjectProperty("spec");
    pod.put("serviceAccountName", Names.app(release.environment()));
    pod.remove("serviceAccount");
    pod.put("automountServiceAccountToken", false);
    if (!pod.has("enableServiceLinks")) {
      pod.put("enableServiceLinks", false);
    }
    if (!placement.imagePullSecrets().isEmpty()) {
      ArrayNode secrets = pod.putArray("imagePullSecrets");
      placement.imagePullSecrets().forEach(name -> secrets.addObject().put("name", name));
    }
    placement.nodeSelector().forEach(pod.withObjectProperty("nodeSelector")::put);
    AffinityTerm.of(pod.path("affinity"))
        .forEach(
            term -> term.narrow(Labels.ENVIRONMENT, Labels.environment(release.environment())));
    ObjectNode security = pod.withObjectProperty("securityContext");
    security.put("runAsNonRoot", true);
    security.withObjectProperty("seccompProfile").put("type", "RuntimeDefault");
    boolean ours = false;
    for (String list : List.of("initContainers", "containers")) {
      for (JsonNode container : pod.path(list)) {
        ours |= container(object, (ObjectNode) container, security, runs);
      }
    }
    return ours;
  }

  private boolean container(Brought object, ObjectNode container, ObjectNode pod, boolean runs) {
    ObjectNode security = container.withObjectProperty("securityContext");
    security.put("runAsNonRoot", true);
    security.put("allowPrivilegeEscalation", false);
    security.withObjectProperty("seccompProfile").put("type", "RuntimeDefault");
    security.withObjectProperty("capabilities").putArray("drop").add("ALL");
    ImageRef image = images.get(repository(container.path("image").asText()));
    if (image == null) {
      return false;
    }
    container.put("image", image.reference());
    if (!pod.has("runAsUser") && !security.has("runAsUser")) {
      // Images that Windlass builds name no user, and the cluster starts none as root.
      placement.runAsUser().ifPresent(user -> security.put("runAsUser", user));
    }
    if (runs) {
      variables(object, container);
    }
    return true;
  }

  private void variables(Brought object, ObjectNode container) {
    Set<String> theirs = new TreeSet<>();
    container.path("env").forEach(variable -> theirs.add(variable.path("name").asText()));
    Set<String> given = new TreeSet<>(release.env().keySet());
    release.runtime().secrets().forEach(secret -> given.add(secret.name()));
    given.retainAll(theirs);
    if (!given.isEmpty()) {
      problems.add(
          "%s: container \"%s\" sets %s, which app.env or app.secrets sets, too; take it out of one of them"
              .formatted(object, container.path("name").asText(), String.join(", ", given)));
    }
    ArrayNode env = container.withArrayProperty("env");
    for (EnvVar variable : Variables.of(release.env())) {
      env.add(JSON.valueToTree(variable));
    }
    if (!release.runtime().secrets().isEmpty()) {
      container
          .withArrayProperty("envFrom")
          .addObject()
          .withObjectProperty("secretRef")
          .put("name", Names.secret(release.id()));
    }
  }

  /** {@code ghcr.io/acme/shop} of {@code ghcr.io/acme/shop:1.2@sha256:...}. */
  static String repository(String image) {
    String untold = image.contains("@") ? image.substring(0, image.indexOf('@')) : image;
    int tag = untold.lastIndexOf(':');
    return tag > untold.lastIndexOf('/') ? untold.substring(0, tag) : untold;
  }
}
