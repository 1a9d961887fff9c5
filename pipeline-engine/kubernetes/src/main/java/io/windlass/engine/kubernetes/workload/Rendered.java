package io.windlass.engine.kubernetes.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The objects that a release is made of, without any secret's value and without any size. Which of
 * its two workloads a process runs in is decided when it is brought there.
 *
 * <p>The objects are handed out as they are kept: change copies.
 *
 * @param release what was rendered
 * @param namespace that all objects are in
 * @param workloads by process, in {@link Slot#BLUE}; without {@code spec.replicas}: a StatefulSet
 *     where a replica has something of its own, else a Deployment
 * @param objects all others: claims, ServiceAccount, Services, disruption budgets, Ingress or
 *     HTTPRoutes
 * @param notes what was left out, and why, in sentences for people
 */
public record Rendered(
    Release release,
    String namespace,
    Map<String, HasMetadata> workloads,
    List<HasMetadata> objects,
    List<String> notes) {
  public Rendered {
    workloads = Map.copyOf(workloads);
    objects = List.copyOf(objects);
    notes = List.copyOf(notes);
  }

  public ReleaseId id() {
    return release.id();
  }

  public SortedSet<String> processes() {
    return new TreeSet<>(workloads.keySet());
  }

  /** A process' workload in a slot, as it is to be applied; {@code spec.replicas} is not in it. */
  public HasMetadata workload(String process, Slot slot) {
    HasMetadata blue = workloads.get(process);
    if (blue == null) {
      throw new NoSuchElementException(id() + " has no process \"" + process + '"');
    }
    return Workloads.in(slot, Names.workload(id().environment(), process, slot), blue);
  }

  /**
   * The stable addresses of a process in the cluster, which select its pods: one, where Windlass
   * has made it; none for a process that serves nothing.
   */
  public List<Service> services(String process) {
    return objects.stream()
        .filter(Service.class::isInstance)
        .map(Service.class::cast)
        .filter(service -> Labels.leadsTo(service, id().environment(), process))
        .toList();
  }

  /** Whether a service is the address of one of the processes. */
  public boolean isAddress(Service service) {
    return workloads.keySet().stream()
        .anyMatch(process -> Labels.leadsTo(service, id().environment(), process));
  }

  /** Every object with each workload in this slot, in the order in which they are applied. */
  public List<HasMetadata> all(Slot slot) {
    List<HasMetadata> all = new ArrayList<>(objects);
    processes().forEach(process -> all.add(workload(process, slot)));
    return all;
  }

  /**
   * The Secret that the workloads take their secret variables from; empty where there are none.
   * Never stored anywhere but in the namespace.
   *
   * @param values by variable, those of {@code release.runtime().secrets()}
   */
  public Optional<Secret> secret(Map<String, String> values) {
    if (values.isEmpty()) {
      return Optional.empty();
    }
    Map<String, String> data = new TreeMap<>();
    values.forEach((name, value) ->
        data.put(name, Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8))));
    return Optional.of(
        new SecretBuilder()
            .withNewMetadata()
            .withName(Names.secret(id()))
            .withNamespace(namespace)
            .withLabels(Labels.release(id()))
            .addToAnnotations(Labels.ENVIRONMENT, id().environment().toString())
            .endMetadata()
            .withType("Opaque")
            .withImmutable(true)
            .withData(data)
            .build());
  }
}
