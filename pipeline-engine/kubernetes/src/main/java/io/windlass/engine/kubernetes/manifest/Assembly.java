package io.windlass.engine.kubernetes.manifest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Metas;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.kubernetes.workload.Rendering;
import io.windlass.engine.kubernetes.workload.Slot;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.Release;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Makes of the objects that were brought what a release is made of: its processes' Deployments, in
 * the form in which two of them can stand beside each other, and all others as they are, with
 * Windlass' labels, in the environment's namespace.
 */
final class Assembly {
  private static final KubernetesSerialization SERIAL = new KubernetesSerialization();
  private static final int PROGRESS_SECONDS = 600;
  private static final int REVISIONS = 2;

  private final Release release;
  private final Placement placement;
  private final List<Brought> objects;
  private final List<String> problems = new ArrayList<>();
  private final Map<String, Brought> workloads = new TreeMap<>();

  /** What pods of the processes are called by those who brought them, before it is changed. */
  private final Map<String, Map<String, String>> theirLabels = new HashMap<>();

  private Assembly(Release release, Placement placement, List<Brought> objects) {
    this.release = release;
    this.placement = placement;
    this.objects = objects;
  }

  /** Of objects that {@link ObjectRules} has nothing against; they are changed in place. */
  static Rendering of(Release release, Placement placement, List<Brought> objects) {
    return new Assembly(release, placement, objects).make();
  }

  private EnvironmentId environment() {
    return release.environment();
  }

  private Rendering make() {
    Set<String> processes = new TreeSet<>(release.runtime().processes().keySet());
    processes.forEach(process -> find(process).ifPresent(found -> workloads.put(process, found)));
    refuseUnknownProcesses(processes);
    refuseOurNames(processes);
    problems.addAll(ConfigMaps.bind(objects));
    workloads.forEach((process, brought) ->
        theirLabels.put(
            process, Brought.texts(brought.template().path("metadata").path("labels"))));
    var fill = new PodFill(release, placement, images());
    List<HasMetadata> others = new ArrayList<>();
    others.add(
        new ServiceAccountBuilder()
            .withMetadata(Metas.of(environment(), placement.namespace(), Names.app(environment())))
            .withAutomountServiceAccountToken(false)
            .build());
    Map<String, HasMetadata> made = new TreeMap<>();
    workloads.forEach((process, brought) ->
        workload(process, brought, fill).ifPresent(one -> made.put(process, one)));
    objects.stream()
        .filter(object -> !workloads.containsValue(object))
        .sorted(Comparator.comparing(object -> !object.is("ConfigMap")))
        .forEach(object -> other(object, fill).ifPresent(others::add));
    problems.addAll(fill.problems());
    return problems.isEmpty()
        ? new Rendering.Done(new Rendered(release, placement.namespace(), made, others, List.of()))
        : new Rendering.Refused(problems);
  }

  private Map<String, ImageRef> images() {
    Map<String, ImageRef> images = new TreeMap<>();
    release
        .images()
        .forEach((_, image) -> {
          if (image.reference().contains("@")) {
            images.put(PodFill.repository(image.reference()), image);
          }
        });
    return images;
  }

  /** The workload that a process runs in. */
  private Optional<Brought> find(String process) {
    List<Brought> labelled =
        objects.stream().filter(o -> process.equals(o.labels().get(ObjectRules.PROCESS))).toList();
    Set<String> names = Set.of(process, Names.process(environment(), process));
    List<Brought> found =
        labelled.isEmpty()
            ? objects.stream()
                .filter(o -> o.is("Deployment") || o.is("StatefulSet"))
                .filter(o -> names.contains(o.name()))
                .toList()
            : labelled;
    String name = "process \"" + process + "\"";
    if (found.isEmpty()) {
      List<String> there =
          objects.stream().filter(o -> o.is("Deployment")).map(Brought::toString).toList();
      problems.add(
          "%s has no Deployment; name one of them \"%s\", or give it the label %s: %s%s"
              .formatted(
                  name,
                  process,
                  ObjectRules.PROCESS,
                  process,
                  there.isEmpty() ? "" : " (there are " + String.join(", ", there) + ")"));
      return Optional.empty();
    }
    if (found.size() > 1) {
      problems.add(
          name
              + " has several workloads: "
              + found.get(0)
              + " and "
              + found.get(1)
              + "; label one");
      return Optional.empty();
    }
    if (!found.getFirst().is("Deployment")) {
      problems.add(
          "%s runs in %s, and only a Deployment is sized and replaced by Windlass; take the process out of app.processes, and it is brought as it is"
              .formatted(name, found.getFirst()));
      return Optional.empty();
    }
    return Optional.of(found.getFirst());
  }

  private void refuseUnknownProcesses(Set<String> processes) {
    for (Brought object : objects) {
      String process = object.labels().get(ObjectRules.PROCESS);
      if (process != null && !processes.contains(process)) {
        problems.add(
            "%s: is labelled as process \"%s\", which app.processes does not have; it has %s"
                .formatted(object, process, String.join(", ", processes)));
      }
    }
  }

  /** Names under which Windlass makes something itself. */
  private void refuseOurNames(Set<String> processes) {
    Set<String> taken = new TreeSet<>();
    for (String process : processes) {
      for (Slot slot : Slot.values()) {
        taken.add("Deployment " + Names.workload(environment(), process, slot));
      }
      taken.add("Service " + Names.next(environment(), process));
      taken.add("Ingress " + Names.next(environment(), process));
    }
    for (Brought object : objects) {
      if (taken.contains(object.kind() + " " + object.name()) && !workloads.containsValue(object)) {
        problems.add(object + ": Windlass makes one of that name; give it another");
      }
    }
  }

  private Optional<Deployment> workload(String process, Brought brought, PodFill fill) {
    ObjectNode spec = brought.tree().withObjectProperty("spec");
    ObjectNode template = spec.withObjectProperty("template");
    if (!fill.fill(brought, template, true)) {
      problems.add(
          "%s: no container of process \"%s\" has the image that the pipeline builds; use %s, whatever its tag"
              .formatted(brought, process, String.join(" or ", imageNames())));
      return Optional.empty();
    }
    refuseStrategy(brought, spec);
    Map<String, String> labels = Labels.selector(environment(), process, Slot.BLUE);
    spec.remove("replicas");
    ObjectNode selector = spec.putObject("selector").putObject("matchLabels");
    labels.forEach(selector::put);
    ObjectNode pods = template.withObjectProperty("metadata").withObjectProperty("labels");
    labels.forEach(pods::put);
    Labels.release(release.id()).forEach(pods::put);
    pods.put(Labels.COMPONENT, Names.component(process));
    pods.put(Labels.VERSION, release.sha());
    ObjectNode rolling =
        spec.putObject("strategy").put("type", "RollingUpdate").putObject("rollingUpdate");
    rolling.put("maxSurge", "25%").put("maxUnavailable", 0);
    if (!spec.has("progressDeadlineSeconds")) {
      spec.put("progressDeadlineSeconds", PROGRESS_SECONDS);
    }
    if (!spec.has("revisionHistoryLimit")) {
      spec.put("revisionHistoryLimit", REVISIONS);
    }
    head(brought, Names.workload(environment(), process, Slot.BLUE));
    brought
        .tree()
        .withObjectProperty("metadata")
        .withObjectProperty("labels")
        .put(Labels.COMPONENT, Names.component(process))
        .put(Labels.FLEET, Labels.fleet(environment(), process))
        .put(Labels.SLOT, Slot.BLUE.label());
    return typed(brought).filter(Deployment.class::isInstance).map(Deployment.class::cast);
  }

  private Set<String> imageNames() {
    return images().isEmpty()
        ? Set.of("an image with image.name, in a registry that the cluster can pull from")
        : images().keySet();
  }

  private void refuseStrategy(Brought brought, ObjectNode spec) {
    if (spec.path("strategy").path("type").asText("RollingUpdate").equals("Recreate")) {
      problems.add(
          brought
              + ": spec.strategy is Recreate, and Windlass never has fewer replicas than wanted;"
              + " leave it out");
    }
    if (spec.path("paused").asBoolean(false)) {
      problems.add(brought + ": spec.paused would keep every release out; leave it out");
    }
  }

  private Optional<HasMetadata> other(Brought object, PodFill fill) {
    if (object.template() instanceof ObjectNode template) {
      fill.fill(object, template, false);
    }
    if (object.tree().path("spec") instanceof ObjectNode spec) {
      switch (object.kind()) {
        case "Service" -> service(object, spec);
        case "PodDisruptionBudget" -> budget(spec);
        case "Ingress" -> exposed(object, spec);
        case "HTTPRoute" -> parents(spec);
        default -> {}
      }
    }
    head(object, object.name());
    return typed(object);
  }

  /** A service of a process follows it from slot to slot; another one stays in its environment. */
  private void service(Brought object, ObjectNode spec) {
    Map<String, String> selector = Brought.texts(spec.path("selector"));
    List<String> reached = processes(selector);
    if (reached.size() > 1) {
      problems.add(
          "%s: spec.selector selects the pods of %s; let it select those of one process"
              .formatted(object, String.join(" and ", reached)));
      return;
    }
    ObjectNode changed = spec.withObjectProperty("selector");
    if (reached.isEmpty()) {
      changed.put(Labels.ENVIRONMENT, Labels.environment(environment()));
      return;
    }
    changed.removeAll();
    Labels.selector(environment(), reached.getFirst()).forEach(changed::put);
    object
        .tree()
        .withObjectProperty("metadata")
        .withObjectProperty("labels")
        .put(Labels.FLEET, Labels.fleet(environment(), reached.getFirst()));
  }

  private List<String> processes(Map<String, String> selector) {
    return new TreeMap<>(theirLabels)
        .entrySet().stream()
            .filter(e -> e.getValue().entrySet().containsAll(selector.entrySet()))
            .map(Map.Entry::getKey)
            .toList();
  }

  private void budget(ObjectNode spec) {
    JsonNode selector = spec.path("selector");
    List<String> reached =
        selector.path("matchExpressions").isEmpty()
            ? processes(Brought.texts(selector.path("matchLabels")))
            : List.of();
    ObjectNode labels = spec.withObjectProperty("selector").withObjectProperty("matchLabels");
    if (reached.size() == 1) {
      labels.removeAll();
      Labels.selector(environment(), reached.getFirst()).forEach(labels::put);
    } else {
      labels.put(Labels.ENVIRONMENT, Labels.environment(environment()));
    }
  }

  private void exposed(Brought object, ObjectNode spec) {
    if (placement.exposure() instanceof Exposure.ByIngress by) {
      by.ingressClass().ifPresent(name -> spec.put("ingressClassName", name));
      ObjectNode annotations =
          object.tree().withObjectProperty("metadata").withObjectProperty("annotations");
      by.annotations().forEach(annotations::put);
    }
  }

  private void parents(ObjectNode spec) {
    if (placement.exposure() instanceof Exposure.ByGateway by) {
      ObjectNode parent = spec.putArray("parentRefs").addObject();
      parent.put("name", by.gateway()).put("namespace", by.namespace());
      by.section().ifPresent(section -> parent.put("sectionName", section));
    }
  }

  private void head(Brought object, String name) {
    ObjectNode metadata = object.tree().withObjectProperty("metadata");
    metadata.put("name", name).put("namespace", placement.namespace());
    metadata.remove(List.of("creationTimestamp", "finalizers", "ownerReferences"));
    ObjectNode labels = metadata.withObjectProperty("labels");
    labels.remove(ObjectRules.PROCESS);
    Labels.common(environment()).forEach(labels::put);
    metadata.withObjectProperty("annotations").put(Labels.ENVIRONMENT, environment().toString());
    object.tree().remove("status");
  }

  /** In the client's own types, of which the loop looks at some. */
  private Optional<HasMetadata> typed(Brought object) {
    try {
      Object read = SERIAL.unmarshal(object.tree().toString());
      return Optional.of((HasMetadata) read);
    } catch (RuntimeException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String words = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
      problems.add(object + ": is not of the form that Kubernetes has for it: " + words);
      return Optional.empty();
    }
  }
}
