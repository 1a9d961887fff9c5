package io.windlass.engine.kubernetes.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.GatewayBuilder;
import io.fabric8.kubernetes.api.model.rbac.ClusterRole;
import io.fabric8.kubernetes.api.model.rbac.ClusterRoleBindingBuilder;
import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.api.model.rbac.RoleBindingBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.windlass.engine.kubernetes.fleet.Backstop;
import io.windlass.engine.kubernetes.fleet.KubernetesFleet;
import io.windlass.engine.kubernetes.part.Calls;
import io.windlass.engine.kubernetes.part.CertManager;
import io.windlass.engine.kubernetes.part.Disks;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.part.Program;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Storage;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.release.Volume;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Prepared;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.engine.rollout.Verified;
import io.windlass.engine.run.StepResult;
import io.windlass.scaler.fleet.Share;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/**
 * The rights that the manifests grant are those that are used, no fewer and no more: a whole life
 * of releases as the account that has them, with every call written down.
 */
class RolesTest {
  private static final Path MANIFESTS = Path.of("../../pipelines/kubernetes");
  private static final String ACCOUNT = "windlass";

  /** What everybody may ask who is known to the cluster. */
  private static final String OWN_RIGHTS = "create authorization.k8s.io/selfsubjectaccessreviews";

  @Test
  void theManifestsGrantWhatIsCalledAndNothingElse() throws Exception {
    KubeCluster kube = KubeCluster.shared();
    String namespace = kube.namespace("roles");
    Path kubeconfig = kube.kubeconfig(namespace, ACCOUNT);
    SortedSet<String> granted = grant(kube.client(), namespace);
    var calls = new Calls();
    IngressNginx.install(kube.client());
    kube.define("gateway.networking.k8s.io_httproutes.yaml");
    kube.define("gateway.networking.k8s.io_gateways.yaml");
    kube.define("cert-manager.io_certificates.yaml");
    gateway(kube.client(), namespace);

    var issuer = new Exposure.Issuer("letsencrypt", Exposure.Issuer.EVERYWHERE, 1);
    var byIngress =
        new Exposure.ByIngress(Optional.of(IngressNginx.CLASS), Map.of(), Optional.of(issuer));
    var byGateway = new Exposure.ByGateway("public", namespace, Optional.empty());
    try (Disks disks = Disks.make(kube.client(), namespace, 2);
        World one =
            World.open(kube, Placement.in(namespace).exposed(byIngress), kubeconfig, calls);
        World other = World.open(kube, stored(disks).exposed(byGateway), kubeconfig, calls);
        CertManager certificates = CertManager.start(kube.client(), namespace)) {
      certificates.issues();
      one.tls();
      other.tls();
      other.keeps("worker", new Volume("data", "/data", 1 << 20, false));
      weighed(one);
      aWholeLife(other);
    }

    SortedSet<String> called = calls.made();
    called.remove(OWN_RIGHTS);
    assertThat(called).isEqualTo(granted);
  }

  private static Placement stored(Disks disks) {
    Optional<String> kind = Optional.of(disks.storageClass());
    return Placement.in(disks.storageClass())
        .storing(new Storage(kind, Optional.empty(), Storage.MOST_BYTES, Storage.MOST_BYTES, true));
  }

  /** Prepared, run once, shifted, divided, broken, returned to, sized, retired and removed. */
  private static void aWholeLife(World world) throws Exception {
    Release first = whole(world.release(1, World.WEB, "worker"));
    assertThat(world.target().verify(first)).isEqualTo(new Verified.Present());
    world.target().plan(Optional.empty(), first);
    command(world);
    bring(world, first, 2);
    Release second = whole(world.release(2));
    weigh(world, second);
    world.target().plan(Optional.of(second), world.release(3));
    KubernetesFleet fleet = world.fleet(Backstop.REFUSE, () -> load(world));
    fleet.state();
    fleet.resize(1, "a test");

    world.order(3, Program.exits(1, "no such table: basket"));
    Release broken = whole(world.release(3));
    prepare(world, broken);
    shift(world, broken, new Division.Replace());
    await(world, broken, RolloutProgress.Failing.class);
    shift(world, second, new Division.Replace());
    await(world, second, RolloutProgress.Settled.class);

    world.target().retire(world.environment(), first.id());
    world.target().remove(world.environment());
  }

  /** As different for each replica, so that one costs less to lose. */
  private static Map<String, Double> load(World world) {
    Map<String, Double> load = new TreeMap<>();
    world.pods().forEach(pod -> load.put(pod.getMetadata().getName(), (double) load.size()));
    return load;
  }

  private static void weighed(World world) throws Exception {
    bring(world, whole(world.release(1)), 2);
    weigh(world, whole(world.release(2)));
    world.target().remove(world.environment());
  }

  private static void weigh(World world, Release release) throws Exception {
    prepare(world, release);
    shift(world, release, new Division.Part(Share.percent(50)));
    await(world, release, RolloutProgress.Settled.class);
    shift(world, release, new Division.Replace());
    await(world, release, RolloutProgress.Settled.class);
  }

  private static void command(World world) throws Exception {
    world.order(9, Program.exits(0, "migrated"));
    Release release = whole(world.release(9));
    prepare(world, release);
    var command = new ReleaseCommand("migrate", Duration.ofMinutes(1));
    assertThat(world.target().once(release, command, "once").result())
        .isInstanceOf(StepResult.Exited.class);
  }

  private static void bring(World world, Release release, int size) throws Exception {
    prepare(world, release);
    for (String process : release.images().keySet()) {
      world.fleet(process).resize(size, "a test");
    }
    shift(world, release, new Division.Replace());
    await(world, release, RolloutProgress.Settled.class);
  }

  private static void prepare(World world, Release release) throws Exception {
    assertThat(world.target().prepare(release)).isEqualTo(new Prepared.Ready());
  }

  private static void shift(World world, Release release, Division division) throws Exception {
    world.target().shift(world.environment(), release.id(), division);
  }

  private static void await(
      World world, Release release, Class<? extends RolloutProgress> expected) {
    Awaitility.await()
        .atMost(Duration.ofMinutes(3))
        .until(
            () -> world.target().progress(world.environment(), release.id()), expected::isInstance);
  }

  /** With a secret, as releases have. */
  private static Release whole(Release release) {
    AppRuntime runtime = release.runtime();
    return new Release(
        release.id(),
        release.sha(),
        release.images(),
        new AppRuntime(
            runtime.env(),
            List.of(new SecretRef("TOKEN", Optional.empty(), 1)),
            runtime.processes(),
            runtime.routes(),
            Optional.empty()),
        release.createdAt());
  }

  private static SortedSet<String> grant(KubernetesClient client, String namespace)
      throws Exception {
    SortedSet<String> granted = new TreeSet<>();
    Role role = manifest("releases/role.yaml", Role.class);
    role.getMetadata().setNamespace(namespace);
    client.resource(role).create();
    client
        .resource(
            new RoleBindingBuilder()
                .withNewMetadata()
                .withName(ACCOUNT)
                .withNamespace(namespace)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "Role", role.getMetadata().getName())
                .addNewSubject("", "ServiceAccount", ACCOUNT, namespace)
                .build())
        .create();
    role.getRules().forEach(rule -> granted.addAll(rights(rule)));
    ClusterRole everywhere = manifest("server/cluster-role.yaml", ClusterRole.class);
    everywhere.getMetadata().setName(namespace);
    client.resource(everywhere).create();
    client
        .resource(
            new ClusterRoleBindingBuilder()
                .withNewMetadata()
                .withName(namespace)
                .endMetadata()
                .withNewRoleRef("rbac.authorization.k8s.io", "ClusterRole", namespace)
                .addNewSubject("", "ServiceAccount", ACCOUNT, namespace)
                .build())
        .create();
    everywhere.getRules().forEach(rule -> granted.addAll(rights(rule)));
    return granted;
  }

  private static SortedSet<String> rights(PolicyRule rule) {
    SortedSet<String> rights = new TreeSet<>();
    for (String group : rule.getApiGroups()) {
      for (String resource : rule.getResources()) {
        for (String verb : rule.getVerbs()) {
          rights.add(Calls.rule(verb, group, resource));
        }
      }
    }
    return rights;
  }

  private static <T extends HasMetadata> T manifest(String file, Class<T> kind) throws Exception {
    Object read;
    try (var yaml = Files.newInputStream(MANIFESTS.resolve(file))) {
      read = new KubernetesSerialization().unmarshal(yaml);
    }
    List<?> objects = read instanceof List<?> list ? list : List.of(read);
    return objects.stream().filter(kind::isInstance).map(kind::cast).findFirst().orElseThrow();
  }

  private static void gateway(KubernetesClient client, String namespace) {
    client
        .resource(
            new GatewayBuilder()
                .withNewMetadata()
                .withName("public")
                .withNamespace(namespace)
                .endMetadata()
                .withNewSpec()
                .withGatewayClassName("test")
                .addNewListener()
                .withName("https")
                .withPort(443)
                .withProtocol("HTTPS")
                .endListener()
                .endSpec()
                .build())
        .create();
  }
}
