package io.windlass.engine.kubernetes.workload;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ReleaseId;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The labels by which objects of ours are found and told apart. */
public final class Labels {
  public static final String NAME = "app.kubernetes.io/name";
  public static final String COMPONENT = "app.kubernetes.io/component";
  public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
  public static final String VERSION = "app.kubernetes.io/version";

  /** Label: whose object it is, as {@link #environment}. Annotation: the same in full. */
  public static final String ENVIRONMENT = "windlass.io/environment";

  /** As {@link #fleet}, on workloads and their pods. */
  public static final String FLEET = "windlass.io/fleet";

  /** The release's number, on pods and on what belongs to one release alone. */
  public static final String RELEASE = "windlass.io/release";

  /** {@link Slot#label}, on workloads and their pods. */
  public static final String SLOT = "windlass.io/slot";

  public static final String WINDLASS = "windlass";

  private static final int MOST = 63;
  private static final Pattern VALUE =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?");

  private Labels() {}

  /** {@code acme.shop.production}, with a hash where that is too long or not clear. */
  public static String environment(EnvironmentId environment) {
    String owner = environment.repository().substring(0, environment.repository().indexOf('/'));
    return value(environment.toString(), owner.contains("."));
  }

  /** {@code acme.shop.production.web}, with a hash where that is too long or not clear. */
  public static String fleet(EnvironmentId environment, String process) {
    String owner = environment.repository().substring(0, environment.repository().indexOf('/'));
    return value(environment + "/" + process, owner.contains("."));
  }

  private static String value(String identity, boolean unclear) {
    String dotted = identity.replace('/', '.');
    if (!unclear && VALUE.matcher(dotted).matches()) {
      return dotted;
    }
    String readable = dotted.replaceAll("^[^A-Za-z0-9]+", "");
    return Names.cut(readable, MOST - Names.HASH - 1) + "-" + Names.hash(identity);
  }

  /** On every object of an environment. */
  public static Map<String, String> common(EnvironmentId environment) {
    return new TreeMap<>(
        Map.of(
            NAME,
            Names.app(environment),
            MANAGED_BY,
            WINDLASS,
            ENVIRONMENT,
            environment(environment)));
  }

  /** On what belongs to one release alone. */
  public static Map<String, String> release(ReleaseId release) {
    Map<String, String> labels = common(release.environment());
    labels.put(RELEASE, Long.toString(release.number()));
    return labels;
  }

  /** Selects the pods of a process, of both slots. */
  public static Map<String, String> selector(EnvironmentId environment, String process) {
    return new TreeMap<>(Map.of(NAME, Names.app(environment), FLEET, fleet(environment, process)));
  }

  /** Whether an object of an environment, or a pod, is of this process. */
  public static boolean isOf(HasMetadata object, String process) {
    Map<String, String> labels = object.getMetadata().getLabels();
    return labels != null && Names.component(process).equals(labels.get(COMPONENT));
  }

  /** Whether a service of an environment is the stable address of a process, or one of several. */
  public static boolean leadsTo(Service service, EnvironmentId environment, String process) {
    Map<String, String> labels = service.getMetadata().getLabels();
    return service.getMetadata().getName().equals(Names.process(environment, process))
        || (labels != null && fleet(environment, process).equals(labels.get(FLEET)));
  }

  /** Selects the pods of a process in one slot; what a workload's selector is for ever. */
  public static Map<String, String> selector(EnvironmentId environment, String process, Slot slot) {
    Map<String, String> selector = selector(environment, process);
    selector.put(SLOT, slot.label());
    return selector;
  }
}
