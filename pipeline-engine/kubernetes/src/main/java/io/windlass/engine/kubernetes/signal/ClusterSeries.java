package io.windlass.engine.kubernetes.signal;

import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.prometheus.FleetSeries;
import io.windlass.scaler.signal.prometheus.PromQlScope;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Fleets of a cluster in the series of cAdvisor and kube-state-metrics, which know namespaces and
 * pods and nothing of ours. A fleet's pods are those whose names begin as its Deployments do; a
 * release's are named one by one, by who watches them.
 *
 * <p>A user's own metrics are kept to the fleet by the labels {@code namespace} and {@code pod}, as
 * Prometheus attaches them to what it finds in a cluster.
 */
public final class ClusterSeries implements FleetSeries {
  private static final String POD = "pod";

  /** As {@link Names#workload} names the second slot's. */
  private static final String GREEN = "-green";

  private static final String BY = "(fleet, replica)";

  /**
   * What a Deployment's pods have behind its name: the replica set's hash, of which a long name
   * leaves the beginning only, and five characters; or a StatefulSet's only pod.
   */
  private static final String SUFFIX = "-(?:[a-z0-9]{0,10}-?[a-z0-9]{5}|0)";

  /** Containers of an application, and neither the pod's sandbox nor the pod as a whole. */
  private static final String CONTAINERS = "container!=\"\",container!=\"POD\"";

  private static final String UNCOUNTED =
      ": a cluster counts no requests; use a query over what the application or its router counts";

  private final Function<FleetId, String> namespaces;
  private final BiFunction<FleetId, String, Collection<String>> pods;

  /**
   * Over these clusters' fleets.
   *
   * @param namespaces where a fleet is
   * @param pods the names of a release's pods in a fleet, as far as they are known
   */
  public ClusterSeries(
      Function<FleetId, String> namespaces, BiFunction<FleetId, String, Collection<String>> pods) {
    this.namespaces = namespaces;
    this.pods = pods;
  }

  @Override
  public Optional<Measure> measure(
      Signal signal, Collection<FleetId> fleets, Optional<String> release, String window) {
    String of = of(fleets, release);
    return switch (signal) {
      case Signal.Cpu cpu -> {
        Measure used = rate("container_cpu_usage_seconds_total{" + CONTAINERS + of + "}", window);
        String requested =
            "sum by "
                + BY
                + " ("
                + named("kube_pod_container_resource_requests{resource=\"cpu\"" + of + "}")
                + ")";
        yield Optional.of(
            new Measure(used.value() + " / on " + BY + " " + requested, used.scraped()));
      }
      case Signal.CpuTime cpuTime ->
          Optional.of(rate("container_cpu_usage_seconds_total{" + CONTAINERS + of + "}", window));
      // The sandbox has the pod's network: these series name no container.
      case Signal.NetworkIn in ->
          Optional.of(
              rate("container_network_receive_bytes_total{interface!=\"lo\"" + of + "}", window));
      case Signal.NetworkOut out ->
          Optional.of(
              rate("container_network_transmit_bytes_total{interface!=\"lo\"" + of + "}", window));
      case Signal.Requests requests -> Optional.empty();
      case Signal.RequestCount count -> Optional.empty();
      case Signal.InFlight inFlight -> Optional.empty();
      case Signal.Errors errors -> Optional.empty();
      case Signal.RequestTime requestTime -> Optional.empty();
      case Signal.PromQl promQl -> Optional.empty();
    };
  }

  /** Rate before sum: only so are counters that restart counted right. */
  private static Measure rate(String counter, String window) {
    String value = "sum by " + BY + " (" + named("rate(" + counter + "[" + window + "])") + ")";
    return new Measure(value, "max by " + BY + " (" + named("timestamp(" + counter + ")") + ")");
  }

  /** The same with the labels of ours, read from the pod's name. */
  private static String named(String series) {
    String workload = "(.+?)(" + GREEN + ")?" + SUFFIX;
    return "label_join(label_replace(label_replace("
        + series
        + ", \"replica\", \"$1\", \"pod\", \"(.*)\"), \"windlass_workload\", \"$1\", \"pod\", "
        + PromQlScope.quote(workload)
        + "), \"fleet\", \"/\", \"namespace\", \"windlass_workload\")";
  }

  private String of(Collection<FleetId> fleets, Optional<String> release) {
    String namespace =
        fleets.stream()
            .map(namespaces)
            .distinct()
            .sorted()
            .map(PromQlScope::literal)
            .collect(Collectors.joining("|"));
    String names =
        fleets.stream()
            .sorted()
            .map(fleet -> podsOf(fleet, release))
            .collect(Collectors.joining("|"));
    return ",namespace=~" + PromQlScope.quote(namespace) + ",pod=~" + PromQlScope.quote(names);
  }

  private String podsOf(FleetId fleet, Optional<String> release) {
    if (release.isEmpty()) {
      return PromQlScope.literal(workload(fleet)) + "(" + GREEN + ")?" + SUFFIX;
    }
    // A release without pods selects none: no pod's name is empty.
    return new TreeSet<>(pods.apply(fleet, release.get()))
        .stream().map(PromQlScope::literal).collect(Collectors.joining("|"));
  }

  private static String workload(FleetId fleet) {
    return Names.process(EnvironmentId.parse(fleet.environment()), fleet.process());
  }

  @Override
  public String name(FleetId fleet) {
    return namespaces.apply(fleet) + "/" + workload(fleet);
  }

  @Override
  public String matchers(FleetId fleet, Optional<String> release) {
    return of(List.of(fleet), release).substring(1);
  }

  @Override
  public String replica() {
    return POD;
  }

  @Override
  public String hint(Signal signal) {
    return switch (signal) {
      case Signal.Cpu cpu ->
          ": it comes from cAdvisor and kube-state-metrics, for processes with app.resources.cpu";
      case Signal.CpuTime cpuTime -> ": it comes from cAdvisor";
      case Signal.NetworkIn in -> ": it comes from cAdvisor";
      case Signal.NetworkOut out -> ": it comes from cAdvisor";
      case Signal.Requests requests -> UNCOUNTED;
      case Signal.RequestCount count -> UNCOUNTED;
      case Signal.InFlight inFlight -> UNCOUNTED;
      case Signal.Errors errors -> UNCOUNTED;
      case Signal.RequestTime requestTime -> UNCOUNTED;
      case Signal.PromQl promQl -> "";
    };
  }
}
