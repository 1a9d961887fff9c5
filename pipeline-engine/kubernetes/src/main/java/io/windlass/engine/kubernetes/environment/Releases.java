package io.windlass.engine.kubernetes.environment;

import io.windlass.engine.kubernetes.apply.ReleaseRecords;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterException;
import io.windlass.engine.kubernetes.workload.Rendered;
import io.windlass.engine.release.ReleaseId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The kept releases of a cluster, each read once: a record never changes. Thread-safe. */
public final class Releases {
  private static final int MOST = 2_000;

  private final Cluster cluster;
  private final Map<ReleaseId, Rendered> read =
      Collections.synchronizedMap(
          new LinkedHashMap<>(16, 0.75f, true) {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<ReleaseId, Rendered> eldest) {
              return size() > MOST;
            }
          });

  public Releases(Cluster cluster) {
    this.cluster = cluster;
  }

  /** What a release is made of; empty where it was not prepared, or was retired. */
  public Optional<Rendered> find(String namespace, ReleaseId release) throws ClusterException {
    Rendered known = read.get(release);
    if (known != null) {
      return Optional.of(known);
    }
    Optional<Rendered> found = records(namespace).find(release);
    found.ifPresent(rendered -> read.put(release, rendered));
    return found;
  }

  /** Forgets what was read of it; the record stays. */
  public void forget(ReleaseId release) {
    read.remove(release);
  }

  public ReleaseRecords records(String namespace) {
    return new ReleaseRecords(cluster, namespace);
  }
}
