package io.windlass.engine.kubernetes.apply;

import com.google.common.io.ByteStreams;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.cluster.ClusterException.Kind;
import io.windlass.engine.kubernetes.workload.Labels;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.ReleaseJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * What every prepared release of a namespace is made of, kept in the namespace itself: going back
 * applies exactly what ran, also after Windlass has learnt to render it otherwise. Holds no
 * secret's value.
 */
public final class ReleaseRecords {
  /** The API server takes a mebibyte; the rest is for what stands around it. */
  static final int MOST_BYTES = 900_000;

  /** Unpacked, so that a record which somebody else wrote cannot fill the memory. */
  private static final int MOST_UNPACKED = 32 << 20;

  private static final String KEY = "release.json.gz";
  private static final KubernetesSerialization JSON = new KubernetesSerialization();

  private final Cluster cluster;
  private final String namespace;

  public ReleaseRecords(Cluster cluster, String namespace) {
    this.cluster = cluster;
    this.namespace = namespace;
  }

  /** The stored form; {@code release} as {@link ReleaseJson} writes it. */
  private record Stored(
      String release,
      String namespace,
      Map<String, HasMetadata> workloads,
      List<HasMetadata> objects,
      List<String> notes) {}

  /**
   * Keeps a release. What it was first rendered to stays.
   *
   * @return what is kept
   * @throws ClusterException of kind {@link Kind#REFUSED} where it is too large, and where another
   *     release is kept under its number
   */
  public Rendered keep(Rendered release) throws ClusterException {
    Optional<Rendered> before = find(release.id());
    if (before.isPresent()) {
      return same(release, before.get());
    }
    ConfigMap made = record(release);
    try {
      cluster.write(
          "keep the record of " + release.id(),
          client -> client.configMaps().inNamespace(namespace).resource(made).create());
      return release;
    } catch (ClusterException e) {
      Optional<Rendered> meanwhile =
          e.kind() == Kind.CONFLICT ? find(release.id()) : Optional.empty();
      return same(release, meanwhile.orElseThrow(() -> e));
    }
  }

  /** A server whose data was restored from a copy counts releases anew that ran here already. */
  private Rendered same(Rendered wanted, Rendered kept) throws ClusterException {
    if (kept.release().equals(wanted.release())) {
      return kept;
    }
    throw new ClusterException(
        Kind.REFUSED,
        "Tried to keep the record of %s but namespace \"%s\" keeps another release under that number, of commit %s; deploy again, which takes the next number, or, where nothing of it runs, remove it with \"kubectl delete configmap,secret --namespace=%s --selector=%s=%s,%s=%d\""
            .formatted(
                wanted.id(),
                namespace,
                kept.release().sha(),
                namespace,
                Labels.ENVIRONMENT,
                Labels.environment(wanted.id().environment()),
                Labels.RELEASE,
                wanted.id().number()));
  }

  private ConfigMap record(Rendered release) throws ClusterException {
    byte[] packed = pack(release);
    if (packed.length > MOST_BYTES) {
      throw new ClusterException(
          Kind.REFUSED,
          "Tried to keep the record of %s but it has %d bytes, packed, and a cluster keeps %d; put large values of env into the image"
              .formatted(release.id(), packed.length, MOST_BYTES));
    }
    return new ConfigMapBuilder()
        .withNewMetadata()
        .withName(Names.record(release.id()))
        .withNamespace(namespace)
        .withLabels(Labels.release(release.id()))
        .addToAnnotations(Labels.ENVIRONMENT, release.id().environment().toString())
        .endMetadata()
        .withImmutable(true)
        .addToBinaryData(KEY, Base64.getEncoder().encodeToString(packed))
        .build();
  }

  /**
   * What a release is made of, as it was kept.
   *
   * @throws ClusterException of kind {@link Kind#REFUSED} where another environment's is there
   */
  public Optional<Rendered> find(ReleaseId release) throws ClusterException {
    String name = Names.record(release);
    String tried = "read the record of " + release;
    ConfigMap found =
        cluster.read(
            tried, client -> client.configMaps().inNamespace(namespace).withName(name).get());
    return found == null
        ? Optional.empty()
        : Optional.of(unpack(Owner.require(release.environment(), found, tried)));
  }

  /** The kept releases of an environment, the newest last. */
  public List<ReleaseId> list(EnvironmentId environment) throws ClusterException {
    return cluster
        .read(
            "list the releases of " + environment,
            client ->
                client
                    .configMaps()
                    .inNamespace(namespace)
                    .withLabel(Labels.ENVIRONMENT, Labels.environment(environment))
                    .withLabel(Labels.RELEASE)
                    .list())
        .getItems()
        .stream()
        .map(map -> Long.parseLong(map.getMetadata().getLabels().get(Labels.RELEASE)))
        .sorted()
        .map(number -> new ReleaseId(environment, number))
        .toList();
  }

  /**
   * Removes a release's record, its secrets, and the ConfigMaps that no other release has; does
   * nothing where there are none of its own. The record goes last, since by it a removal that was
   * broken off is found.
   */
  public void remove(ReleaseId release) throws ClusterException {
    Applier applier = new Applier(cluster, release.environment(), namespace);
    applier.prune(List.of(new ObjectRef("v1", "Secret", Names.secret(release))));
    applier.prune(configs(release));
    applier.prune(List.of(new ObjectRef("v1", "ConfigMap", Names.record(release))));
  }

  private Set<ObjectRef> configs(ReleaseId release) throws ClusterException {
    Set<ObjectRef> own = new TreeSet<>(configsOf(release));
    if (!own.isEmpty()) {
      for (ReleaseId other : list(release.environment())) {
        if (!other.equals(release)) {
          own.removeAll(configsOf(other));
        }
      }
    }
    return own;
  }

  private List<ObjectRef> configsOf(ReleaseId release) throws ClusterException {
    try {
      return find(release).map(ReleaseRecords::configs).orElse(List.of());
    } catch (ClusterException e) {
      if (e.kind() == Kind.REFUSED) {
        // Another environment's record, which is let alone.
        return List.of();
      }
      throw e;
    }
  }

  private static List<ObjectRef> configs(Rendered release) {
    return release.objects().stream()
        .filter(ConfigMap.class::isInstance)
        .map(ObjectRef::of)
        .toList();
  }

  private static byte[] pack(Rendered release) {
    var stored =
        new Stored(
            ReleaseJson.write(release.release()),
            release.namespace(),
            new TreeMap<>(release.workloads()),
            release.objects(),
            release.notes());
    var bytes = new ByteArrayOutputStream();
    try (var gzip = new GZIPOutputStream(bytes)) {
      gzip.write(JSON.asJson(stored).getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("Everything rendered is JSON", e);
    }
    return bytes.toByteArray();
  }

  private static Rendered unpack(ConfigMap map) {
    byte[] packed = Base64.getDecoder().decode(map.getBinaryData().get(KEY));
    try (var gzip = new GZIPInputStream(new ByteArrayInputStream(packed))) {
      Stored stored = JSON.unmarshal(ByteStreams.limit(gzip, MOST_UNPACKED), Stored.class);
      return new Rendered(
          ReleaseJson.read(stored.release()),
          stored.namespace(),
          stored.workloads(),
          stored.objects(),
          stored.notes());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Tried to read the record \""
              + map.getMetadata().getName()
              + "\" but it is damaged; deploy a new release",
          e);
    }
  }
}
