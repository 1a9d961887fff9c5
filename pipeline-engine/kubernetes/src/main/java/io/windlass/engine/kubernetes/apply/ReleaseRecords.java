package io.windlass.engine.kubernetes.apply;

import com.google.common.io.ByteStreams;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.apps.Deployment;
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
import java.util.TreeMap;
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
      Map<String, Deployment> workloads,
      List<HasMetadata> objects,
      List<String> notes) {}

  /**
   * Keeps a release. The first one stays: a release is what was first prepared under its number.
   *
   * @return what is kept
   * @throws ClusterException of kind {@link Kind#REFUSED} where it is too large
   */
  public Rendered keep(Rendered release) throws ClusterException {
    Optional<Rendered> before = find(release.id());
    if (before.isPresent()) {
      return before.get();
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
      return meanwhile.orElseThrow(() -> e);
    }
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

  public Optional<Rendered> find(ReleaseId release) throws ClusterException {
    String name = Names.record(release);
    ConfigMap found =
        cluster.read(
            "read the record of " + release,
            client -> client.configMaps().inNamespace(namespace).withName(name).get());
    return Optional.ofNullable(found).map(ReleaseRecords::unpack);
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

  /** Removes a release's record and its secrets; does nothing where there are none. */
  public void remove(ReleaseId release) throws ClusterException {
    cluster.write(
        "remove the secrets of " + release,
        client -> client.secrets().inNamespace(namespace).withName(Names.secret(release)).delete());
    cluster.write(
        "remove the record of " + release,
        client ->
            client.configMaps().inNamespace(namespace).withName(Names.record(release)).delete());
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
