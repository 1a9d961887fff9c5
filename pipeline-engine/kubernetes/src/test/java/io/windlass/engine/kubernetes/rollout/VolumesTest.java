package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.PersistentVolumeClaim;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuotaBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.windlass.engine.kubernetes.part.Disks;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.Program;
import io.windlass.engine.kubernetes.workload.Allowance;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Storage;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.Volume;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.scaler.fleet.FleetException;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Releases come and go; what they keep stays. */
class VolumesTest {
  private static final Division REPLACE = new Division.Replace();
  private static final Volume OWN = new Volume("data", "/data", 1L << 30, false);
  private static final Volume SHARED = new Volume("uploads", "/uploads", 1L << 30, true);

  private static final long TOTAL = 5L << 30;

  private Disks disks;
  private World world;

  private void open(boolean deleted, Volume... volumes) throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace = kube.namespace("volumes");
    disks = Disks.make(kube.client(), namespace, 2);
    Optional<String> kind = Optional.of(disks.storageClass());
    world = World.open(kube, placement(namespace, kind, deleted));
    world.keeps(World.WEB, volumes);
    world.fleet().resize(1, "a test");
    bring(world.release(1));
  }

  private static Placement placement(String namespace, Optional<String> kind, boolean deleted) {
    return new Placement(
        namespace,
        new Exposure.None(),
        List.of(),
        Optional.of(Placement.USER),
        Map.of(),
        Optional.of(new Storage(kind, kind, Storage.MOST_BYTES, TOTAL, deleted)),
        Allowance.of("v1/PersistentVolumeClaim"));
  }

  @AfterEach
  void close() {
    if (world != null) {
      world.close();
      disks.close();
    }
  }

  @Test
  void aReleaseFindsTheFilesOfTheOneBeforeAndSoDoesAReturn() throws Exception {
    open(false, OWN);
    String claim = claim().getMetadata().getUid();

    bring(world.release(2));
    assertThat(world.ready()).containsExactly(Map.entry(2L, 1));
    assertThat(world.pods())
        .singleElement()
        .satisfies(pod ->
            assertThat(pod.getSpec().getVolumes().getFirst().getPersistentVolumeClaim())
                .returns(claim().getMetadata().getName(), source -> source.getClaimName()));

    world.target().shift(world.environment(), world.release(1).id(), REPLACE);
    await(world.release(1), RolloutProgress.Settled.class);
    assertThat(world.ready()).containsExactly(Map.entry(1L, 1));
    assertThat(claim().getMetadata().getUid()).isEqualTo(claim);
  }

  @Test
  void aReplicaThatNeverBecameReadyDoesNotKeepTheReturnFromTakingItsPlace() throws Exception {
    open(false, OWN);
    world.order(2, Program.exits(1, "no such table: basket"));
    Release broken = world.release(2);
    begin(broken, REPLACE);
    await(broken, RolloutProgress.Failing.class);

    world.target().shift(world.environment(), world.release(1).id(), REPLACE);

    await(world.release(1), RolloutProgress.Settled.class);
    assertThat(world.ready()).containsExactly(Map.entry(1L, 1));
  }

  @Test
  void aReplicaThatTheQuotaDoesNotAllowFailsTheReleaseWithTheWords() throws Exception {
    open(false, OWN);
    world
        .client()
        .resource(
            new ResourceQuotaBuilder()
                .withNewMetadata()
                .withName("small")
                .withNamespace(world.namespace())
                .endMetadata()
                .withNewSpec()
                .addToHard("requests.cpu", new Quantity("200m"))
                .endSpec()
                .build())
        .create();
    Release large = world.release(2, 500, World.WEB);
    begin(large, REPLACE);

    await(large, RolloutProgress.Failing.class);
    assertThat(world.target().progress(world.environment(), large.id()))
        .isInstanceOfSatisfying(
            RolloutProgress.Failing.class,
            failing ->
                assertThat(failing.cause())
                    .startsWith("The namespace's quota has no room for a replica of \"web\": ")
                    .contains("exceeded quota: small"));
    world.target().shift(world.environment(), world.release(1).id(), REPLACE);
    await(world.release(1), RolloutProgress.Settled.class);
  }

  @Test
  void thereIsNoSecondReplica() throws Exception {
    open(false, OWN);

    assertThatThrownBy(() -> world.fleet().resize(2, "a test"))
        .isInstanceOf(FleetException.class)
        .hasMessageContaining("to 2 but it has a volume that is one replica's own");
    assertThat(world.fleet().state().hostLimit())
        .hasValueSatisfying(limit -> assertThat(limit.max()).isEqualTo(1));
    world.fleet().resize(0, "a test");
    Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> world.pods().isEmpty());
    world.fleet().resize(1, "a test");
    await(world.release(1), RolloutProgress.Settled.class);
  }

  @Test
  void aVolumeGrowsAndKeepsItsSizeWhateverComesBack() throws Exception {
    open(false, OWN);
    world.keeps(World.WEB, new Volume("data", "/data", 3L << 30, false));
    bring(world.release(2));
    assertThat(size(claim())).isEqualTo(new Quantity("3Gi"));

    world.keeps(World.WEB, OWN);
    Release smaller = world.release(3);
    assertThat(world.target().plan(Optional.of(world.release(2)), smaller))
        .noneMatch(change -> change.subject().startsWith("PersistentVolumeClaim"));
    bring(smaller);
    assertThat(size(claim())).isEqualTo(new Quantity("3Gi"));
  }

  @Test
  void aVolumeStaysInItsStorageClassWhateverTheOperatorSaysLaterAndThePlanTells() throws Exception {
    open(false, OWN);
    world.placed(placement(world.namespace(), Optional.of("other"), false));

    assertThat(world.target().plan(Optional.of(world.release(1)), world.release(2)))
        .noneMatch(change -> change.subject().startsWith("PersistentVolumeClaim"))
        .contains(
            Change.said(
                "notes",
                List.of(
                    "PersistentVolumeClaim \"%s\" stays in the storage class \"%s\", in which it was made, and does not come into \"other\"; a volume of another name would"
                        .formatted(claim().getMetadata().getName(), disks.storageClass()))));
    bring(world.release(2));
    world.placed(placement(world.namespace(), Optional.empty(), false));
    assertThat(world.target().prepare(world.release(3))).isEqualTo(new Prepared.Ready());

    assertThat(claim().getSpec().getStorageClassName()).isEqualTo(disks.storageClass());
  }

  @Test
  void planAndDriftTellOfAVolumeThatTheReleaseDoesNotHave() throws Exception {
    open(false, OWN);
    String leftOver = claim().getMetadata().getName();
    Change told =
        Change.said(
            "notes",
            List.of(
                "PersistentVolumeClaim \"%s\" of 1Gi is of no volume of this release; it stays, with its files, until somebody deletes it with kubectl delete pvc %1$s --namespace %s"
                    .formatted(leftOver, world.namespace())));
    assertThat(world.target().drift(world.release(1))).isEmpty();
    world.keeps(World.WEB, new Volume("files", "/data", 1L << 30, false));
    Release second = world.release(2);

    assertThat(world.target().plan(Optional.of(world.release(1)), second)).contains(told);
    bring(second);
    assertThat(world.target().drift(second)).containsExactly(told);
  }

  @Test
  void whatAnEnvironmentHasInAllIsBoundWithTheClaimsThatAreLeftOver() throws Exception {
    open(false, new Volume("data", "/data", 3L << 30, false));
    String leftOver = claim().getMetadata().getName();
    world.keeps(World.WEB, new Volume("files", "/data", 3L << 30, false));
    Release second = world.release(2);
    String reason =
        "The volumes of %s would have 6Gi and the target gives an environment at most 5Gi; ask for less, or let the operator raise storage.total. No volume of this release is kept in %s: kubectl delete pvc makes room, where nobody needs the files"
            .formatted(world.environment(), leftOver);

    assertThat(world.target().plan(Optional.of(world.release(1)), second))
        .contains(Change.refused(List.of(reason)));
    assertThat(world.target().prepare(second)).isEqualTo(new Prepared.Failed(reason));
    assertThat(claims()).hasSize(1);

    world.keeps(World.WEB, new Volume("files", "/data", 2L << 30, false));
    assertThat(world.target().prepare(world.release(3))).isEqualTo(new Prepared.Ready());
    assertThat(claims()).hasSize(2);
  }

  @Test
  void aClaimThatIsBroughtCountsTooAndOneThatIsThereStays() throws Exception {
    open(false);
    assertThat(world.target().prepare(claiming(2, "6Gi")))
        .isInstanceOfSatisfying(
            Prepared.Failed.class,
            failed -> assertThat(failed.reason()).contains("would have", "at most 5Gi"));
    bring(claiming(3, "5Gi"));

    world.placed(
        new Placement(
            world.namespace(),
            new Exposure.None(),
            List.of(),
            Optional.of(Placement.USER),
            Map.of(),
            Optional.of(
                new Storage(
                    Optional.of(disks.storageClass()),
                    Optional.empty(),
                    Storage.MOST_BYTES,
                    1L << 30,
                    false)),
            Allowance.of("v1/PersistentVolumeClaim")));

    assertThat(world.target().prepare(claiming(4, "5Gi"))).isEqualTo(new Prepared.Ready());
  }

  @Test
  void aReleaseWithoutTheVolumeAndARemovalLeaveTheFiles() throws Exception {
    open(false, SHARED);
    world.keeps(World.WEB);
    bring(world.release(2));
    assertThat(claims()).hasSize(1);

    world.target().remove(world.environment());

    assertThat(claims()).hasSize(1);
  }

  @Test
  void aRemovalTakesTheFilesWhereTheOperatorSaysSo() throws Exception {
    open(true, OWN);

    world.target().remove(world.environment());

    Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> claims().isEmpty());
  }

  @Test
  void aReleaseThatIsTakenAwayLeavesTheFilesWhateverTheOperatorSaysOfRemovals() throws Exception {
    open(true, OWN);

    assertThat(world.target().takeAway(world.release(1).id())).isEmpty();

    assertThat(claims())
        .singleElement()
        .returns(null, claim -> claim.getMetadata().getDeletionTimestamp());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aRemovalTakesTheFilesOfAClaimThatWasBroughtOnlyWhereTheOperatorSaysSo(boolean deleted)
      throws Exception {
    open(deleted);
    bring(claiming(2, "1Gi"));

    world.target().remove(world.environment());

    if (deleted) {
      Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> claims().isEmpty());
    } else {
      assertThat(claims())
          .singleElement()
          .returns(null, claim -> claim.getMetadata().getDeletionTimestamp());
    }
  }

  @Test
  void aClaimThatWasBroughtKeepsItsSizeWhateverComesBack() throws Exception {
    open(false);
    bring(claiming(2, "1Gi"));
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> "Bound".equals(claim().getStatus().getPhase()));
    assertThat(world.target().prepare(claiming(3, "3Gi"))).isEqualTo(new Prepared.Ready());

    assertThat(world.target().prepare(claiming(4, "1Gi"))).isEqualTo(new Prepared.Ready());

    assertThat(size(claim())).isEqualTo(new Quantity("3Gi"));
  }

  @Test
  void releasesSideBySideHaveASharedVolume() throws Exception {
    open(false, SHARED);
    Release second = world.release(2);
    begin(second, new Division.Part(Share.percent(50)));

    await(second, RolloutProgress.Settled.class);

    assertThat(world.ready()).containsOnlyKeys(1L, 2L);
    assertThat(world.pods())
        .allSatisfy(pod ->
            assertThat(
                    pod.getSpec().getVolumes().getFirst().getPersistentVolumeClaim().getClaimName())
                .isEqualTo(claim().getMetadata().getName()));
  }

  @Test
  void aCanaryWithoutAProcessThatHadAVolumeCanBeReturnedFrom() throws Exception {
    open(false);
    world.keeps("ledger", OWN);
    Release first = world.release(2, World.WEB, "ledger");
    begin(first, REPLACE);
    world.fleet("ledger").resize(1, "a test");
    await(first, RolloutProgress.Settled.class);
    Release second = world.release(3);
    begin(second, new Division.Part(Share.percent(50)));
    await(second, RolloutProgress.Settled.class);

    world.target().shift(world.environment(), first.id(), REPLACE);

    await(first, RolloutProgress.Settled.class);
    assertThat(world.fleet("ledger").state().wanted()).isEqualTo(1);
  }

  @Test
  void aProcessThatRunsDoesNotChangeItsKind() throws Exception {
    open(false);
    world.keeps(World.WEB, OWN);

    assertThat(world.target().prepare(world.release(2)))
        .isInstanceOfSatisfying(
            Prepared.Failed.class,
            failed ->
                assertThat(failed.reason())
                    .startsWith(
                        "Process \"web\" runs as a Deployment and would become a StatefulSet")
                    .endsWith("so that the one takes the place of the other"));
  }

  @Test
  void aCommandHasTheSharedVolumesOnly() throws Exception {
    open(false, OWN, SHARED);
    world.order(2, Program.exits(0, "migrated"));
    Release second = world.release(2);
    assertThat(world.target().prepare(second)).isEqualTo(new Prepared.Ready());

    world.target().once(second, new ReleaseCommand("migrate", Duration.ofMinutes(1)), "once");

    Job job =
        world
            .client()
            .batch()
            .v1()
            .jobs()
            .inNamespace(world.namespace())
            .list()
            .getItems()
            .getFirst();
    var pod = job.getSpec().getTemplate().getSpec();
    assertThat(pod.getVolumes()).extracting(volume -> volume.getName()).containsExactly("uploads");
    assertThat(pod.getContainers().getFirst().getVolumeMounts())
        .extracting(mount -> mount.getMountPath())
        .containsExactly("/uploads");
  }

  /** A release whose repository brings a claim of its own. */
  private Release claiming(long number, String size) {
    return world.bringing(
        number,
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: { name: web }
        spec:
          template:
            metadata: { labels: { app: web } }
            spec:
              containers:
                - name: web
                  image: %s:latest
                  ports: [{ name: http, containerPort: 8080 }]
                  readinessProbe: { httpGet: { path: /ready, port: http } }
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: { name: files }
        spec:
          storageClassName: %s
          accessModes: [ReadWriteOnce]
          resources: { requests: { storage: %s } }
        """
            .formatted(world.imageName(number), disks.storageClass(), size),
        World.WEB);
  }

  private void bring(Release release) throws Exception {
    begin(release, REPLACE);
    await(release, RolloutProgress.Settled.class);
  }

  private void begin(Release release, Division division) throws Exception {
    assertThat(world.target().prepare(release)).isEqualTo(new Prepared.Ready());
    world.target().shift(world.environment(), release.id(), division);
  }

  private void await(Release release, Class<? extends RolloutProgress> expected) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(90))
        .until(
            () -> world.target().progress(world.environment(), release.id()), expected::isInstance);
  }

  private List<PersistentVolumeClaim> claims() {
    return world.client().persistentVolumeClaims().inNamespace(world.namespace()).list().getItems();
  }

  private PersistentVolumeClaim claim() {
    return claims().getFirst();
  }

  private static Quantity size(PersistentVolumeClaim claim) {
    return claim.getSpec().getResources().getRequests().get("storage");
  }
}
