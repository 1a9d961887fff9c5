package io.windlass.engine.kubernetes.workload;

import com.google.common.math.LongMath;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.PersistentVolumeClaimBuilder;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.Volume;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What volumes are kept in. A claim is made when a release is prepared, outlives every release,
 * never gets smaller, and stays in its storage class.
 */
public final class Claims {
  private static final String OWN = "ReadWriteOnce";
  private static final String SHARED = "ReadWriteMany";
  private static final String STORAGE = "storage";
  private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);
  private static final Quantity NOTHING = new Quantity("0");

  private Claims() {}

  /** The claims among these objects. */
  public static Stream<PersistentVolumeClaim> among(List<HasMetadata> objects) {
    return objects.stream()
        .filter(PersistentVolumeClaim.class::isInstance)
        .map(PersistentVolumeClaim.class::cast);
  }

  /** The claims of a release, by name; a shared one once, as large as the largest asks. */
  static List<PersistentVolumeClaim> of(Release release, String namespace, Storage storage) {
    Map<String, PersistentVolumeClaim> claims = new TreeMap<>();
    new TreeMap<>(release.runtime().processes())
        .forEach((process, runtime) -> {
          for (Volume volume : runtime.volumes()) {
            PersistentVolumeClaim claim = claim(release, namespace, storage, process, volume);
            claims.merge(claim.getMetadata().getName(), claim, Claims::atLeast);
          }
        });
    return List.copyOf(claims.values());
  }

  private static PersistentVolumeClaim claim(
      Release release, String namespace, Storage storage, String process, Volume volume) {
    PersistentVolumeClaim claim =
        new PersistentVolumeClaimBuilder()
            .withMetadata(
                Metas.of(
                    release.environment(),
                    namespace,
                    Names.claim(release.environment(), process, volume)))
            .withNewSpec()
            .withAccessModes(volume.shared() ? SHARED : OWN)
            .withNewResources()
            .addToRequests(STORAGE, Pods.memory(volume.bytes()))
            .endResources()
            .endSpec()
            .build();
    (volume.shared() ? storage.sharedClass() : storage.storageClass())
        .ifPresent(claim.getSpec()::setStorageClassName);
    return claim;
  }

  /**
   * The claim as what is there can become it: no smaller, and of the same storage class. The
   * cluster would take nothing else.
   *
   * @param live empty where nothing is there yet
   */
  public static PersistentVolumeClaim kept(
      PersistentVolumeClaim wanted, Optional<PersistentVolumeClaim> live) {
    if (live.isEmpty()) {
      return wanted;
    }
    PersistentVolumeClaim large = atLeast(wanted, live.get());
    return storageClass(live.get())
        .map(name -> large.edit().editSpec().withStorageClassName(name).endSpec().build())
        .orElse(large);
  }

  /**
   * Says that a claim does not come into the storage class that is asked for.
   *
   * @param live empty where nothing is there yet
   * @return a sentence for people; empty where it does, or none is asked for
   */
  public static Optional<String> note(
      PersistentVolumeClaim wanted, Optional<PersistentVolumeClaim> live) {
    Optional<String> there = live.flatMap(Claims::storageClass);
    return storageClass(wanted)
        .filter(asked -> there.isPresent() && !there.get().equals(asked))
        .map(asked ->
            "PersistentVolumeClaim \"%s\" stays in the storage class \"%s\", in which it was made, and does not come into \"%s\"; a volume of another name would"
                .formatted(wanted.getMetadata().getName(), there.orElseThrow(), asked));
  }

  /** Says that a claim is there which a release has no volume for, for people. */
  public static String unused(PersistentVolumeClaim live) {
    return "PersistentVolumeClaim \"%s\" of %s is of no volume of this release; it stays, with its files, until somebody deletes it with kubectl delete pvc %1$s --namespace %s"
        .formatted(live.getMetadata().getName(), size(live), live.getMetadata().getNamespace());
  }

  /** Whether a release has no claims, and none are made for its pods. */
  public static boolean none(Rendered release) {
    return among(release.objects()).findAny().isEmpty() && forPods(release) == 0;
  }

  /**
   * Says that an environment would have more than it may. One that had more already may bring what
   * needs no more.
   *
   * @param live its claims, with those that the release has no volume for
   * @param most bytes in all
   * @return a sentence for people; empty where it has not
   */
  public static Optional<String> excess(
      Rendered release, List<PersistentVolumeClaim> live, long most) {
    Map<String, Long> sizes = new TreeMap<>();
    live.forEach(claim -> sizes.put(claim.getMetadata().getName(), bytes(size(claim))));
    long before = sum(sizes);
    Set<String> unused = new TreeSet<>(sizes.keySet());
    among(release.objects())
        .forEach(claim -> {
          sizes.merge(claim.getMetadata().getName(), bytes(size(claim)), Math::max);
          unused.remove(claim.getMetadata().getName());
        });
    long after = LongMath.saturatedAdd(sum(sizes), forPods(release));
    if (after <= most || after <= before) {
      return Optional.empty();
    }
    return Optional.of(
        "The volumes of %s would have %s and the target gives an environment at most %s; ask for less, or let the operator raise storage.total%s"
            .formatted(
                release.id().environment(),
                Pods.memory(after),
                Pods.memory(most),
                unused.isEmpty()
                    ? ""
                    : ". No volume of this release is kept in "
                        + String.join(", ", unused)
                        + ": kubectl delete pvc makes room, where nobody needs the files"));
  }

  private static long sum(Map<String, Long> sizes) {
    return sizes.values().stream().reduce(0L, LongMath::saturatedAdd);
  }

  /** What a brought StatefulSet makes for each of its pods, under no name of ours. */
  private static long forPods(Rendered release) {
    return release.objects().stream()
        .filter(StatefulSet.class::isInstance)
        .map(set -> ((StatefulSet) set).getSpec())
        .filter(spec -> spec.getVolumeClaimTemplates() != null)
        .mapToLong(spec ->
            spec.getVolumeClaimTemplates().stream()
                .mapToLong(claim -> bytes(size(claim)))
                .map(bytes ->
                    LongMath.saturatedMultiply(
                        bytes, Optional.ofNullable(spec.getReplicas()).orElse(1)))
                .reduce(0, LongMath::saturatedAdd))
        .reduce(0, LongMath::saturatedAdd);
  }

  private static Optional<String> storageClass(PersistentVolumeClaim claim) {
    return Optional.ofNullable(claim.getSpec().getStorageClassName());
  }

  private static PersistentVolumeClaim atLeast(
      PersistentVolumeClaim one, PersistentVolumeClaim other) {
    return bytes(size(other)) > bytes(size(one))
        ? one.edit()
            .editSpec()
            .editResources()
            .addToRequests(STORAGE, size(other))
            .endResources()
            .endSpec()
            .build()
        : one;
  }

  private static Quantity size(PersistentVolumeClaim claim) {
    return claim.getSpec().getResources().getRequests().getOrDefault(STORAGE, NOTHING);
  }

  private static long bytes(Quantity size) {
    return size.getNumericalAmount().min(MOST).longValue();
  }

  /** Lets a process' only container have its volumes. */
  static void mount(PodSpec pod, Release release, String process, ProcessRuntime runtime) {
    if (runtime.volumes().isEmpty()) {
      return;
    }
    pod.setVolumes(
        runtime.volumes().stream()
            .map(volume ->
                new VolumeBuilder()
                    .withName(volume.name())
                    .withNewPersistentVolumeClaim()
                    .withClaimName(Names.claim(release.environment(), process, volume))
                    .endPersistentVolumeClaim()
                    .build())
            .toList());
    pod.getContainers()
        .getFirst()
        .setVolumeMounts(
            runtime.volumes().stream()
                .map(volume ->
                    new VolumeMountBuilder()
                        .withName(volume.name())
                        .withMountPath(volume.path())
                        .build())
                .toList());
    // A new volume is root's. Walking over all of its files at each start would take hours.
    Long user = pod.getSecurityContext().getRunAsUser();
    if (user != null) {
      pod.getSecurityContext().setFsGroup(user);
      pod.getSecurityContext().setFsGroupChangePolicy("OnRootMismatch");
    }
  }

  /** The pod without what is another one's own. */
  public static PodSpec withoutOwn(PodSpec pod, ProcessRuntime runtime) {
    List<String> own =
        runtime.volumes().stream().filter(volume -> !volume.shared()).map(Volume::name).toList();
    var copy = pod.edit();
    copy.removeMatchingFromVolumes(volume -> own.contains(volume.getName()));
    return copy.editFirstContainer()
        .removeMatchingFromVolumeMounts(mount -> own.contains(mount.getName()))
        .endContainer()
        .build();
  }
}
