package io.windlass.engine.kubernetes.part;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.InvalidImageReferenceException;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.RegistryImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.windlass.engine.TestParts;
import io.windlass.engine.image.registry.DockerRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A node with a real kubelet, containerd and runc, and a registry that they pull from. For what
 * only real containers show: that what we ask for runs under the restricted profile, streams,
 * limits. Needs root and control groups; where these are not, its tests are skipped.
 *
 * <p>All of the node lives in a process and a mount namespace of its own, so that nothing of it
 * outlives the tests.
 */
public final class RealNode implements AutoCloseable {
  private static final Path BUSYBOX = Path.of("/bin/busybox");
  private static final Path NETWORK_PLUGINS = Path.of("/usr/lib/cni");

  private final Path folder;
  private final int number;
  private final DockerRegistry registry;
  private final String image;
  private Daemon daemon;

  private RealNode(Path folder, int number, DockerRegistry registry, String image) {
    this.folder = folder;
    this.number = number;
    this.registry = registry;
    this.image = image;
  }

  /** Starts one in a cluster; returns when the scheduler may use it. */
  public static RealNode join(KubeCluster cluster) throws Exception {
    List.of("containerd", "runc", "unshare", "ip").forEach(DockerRegistry::need);
    TestParts.need(Files.isExecutable(BUSYBOX), "busybox-static");
    TestParts.need(Files.isExecutable(NETWORK_PLUGINS.resolve("bridge")), "network plugins");
    TestParts.need(isRoot(), "root, which a real kubelet needs");
    Path kubelet = cluster.binaries().kubelet();
    Path folder = Files.createTempDirectory("node");
    DockerRegistry registry = DockerRegistry.start(folder.resolve("registry"), false);
    var node = new RealNode(folder, bridge(), registry, push(folder, registry));
    try {
      node.start(cluster, kubelet);
      return node;
    } catch (Exception | Error e) {
      node.close();
      throw e;
    }
  }

  private static boolean isRoot() {
    return "root".equals(System.getProperty("user.name"));
  }

  /** An image with a shell and the usual programs, which does nothing by itself. */
  public String image() {
    return image;
  }

  /** Where the node pulls from. */
  public DockerRegistry registry() {
    return registry;
  }

  private static String push(Path folder, DockerRegistry registry) throws Exception {
    String reference = registry.host() + "/busybox:1";
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder();
    for (String name : List.of("busybox", "sh")) {
      layer.addEntry(
          BUSYBOX,
          AbsoluteUnixPath.get("/bin/" + name),
          FilePermissions.fromOctalString("755"),
          Instant.EPOCH);
    }
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Jib.fromScratch()
          .addFileEntriesLayer(layer.build())
          .addEnvironmentVariable("PATH", "/bin")
          .setEntrypoint("/bin/sh", "-c", "sleep 1000000")
          .containerize(
              Containerizer.to(RegistryImage.named(reference))
                  .setAllowInsecureRegistries(true)
                  .setBaseImageLayersCache(folder.resolve("jib"))
                  .setApplicationLayersCache(folder.resolve("jib"))
                  .setExecutorService(threads));
    } catch (InvalidImageReferenceException e) {
      throw new AssertionError(e);
    }
    return reference;
  }

  /** Makes a network of this machine's own for the pods; it has the first free number. */
  private static int bridge() throws IOException, InterruptedException {
    for (int number = 1; number < 255; number++) {
      if (done("ip", "link", "add", "wlnode" + number, "type", "bridge")) {
        done("ip", "address", "add", "10.233." + number + ".1/24", "dev", "wlnode" + number);
        done("ip", "link", "set", "wlnode" + number, "up");
        return number;
      }
    }
    throw new IOException("Tried to make a bridge for pods but there are too many");
  }

  private static boolean done(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor()
        == 0;
  }

  private void start(KubeCluster cluster, Path kubelet) throws IOException {
    writeContainerd();
    writeNetwork();
    writeKubelet(cluster);
    String run =
        "containerd -c containerd.toml >containerd.log 2>&1 & "
            + "until [ -S containerd.sock ]; do sleep 0.1; done; "
            + "exec %s --config=kubelet.yaml --kubeconfig=%s --hostname-override=%s --node-ip=%s"
                .formatted(kubelet, cluster.kubeconfig(), name(), address())
            + " --root-dir=%1$s/kubelet --cert-dir=%1$s/certificates --containerd=%1$s/containerd.sock"
                .formatted(folder);
    daemon =
        Daemon.start(
            folder.resolve("kubelet.log"),
            "KILL",
            List.of(
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--mount-proc",
                "--wd=" + folder,
                "sh",
                "-c",
                run));
    cluster.awaitNode(name(), daemon);
  }

  /** Its name, and its label {@code kubernetes.io/hostname}. */
  public String name() {
    return "real-" + number;
  }

  private String address() {
    return "10.233." + number + ".1";
  }

  private void writeContainerd() throws IOException {
    Files.writeString(
        folder.resolve("containerd.toml"),
        """
        version = 2
        root = "%1$s/images"
        state = "%1$s/state"
        [grpc]
          address = "%1$s/containerd.sock"
        [plugins."io.containerd.grpc.v1.cri"]
          restrict_oom_score_adj = true
          disable_apparmor = true
          tolerate_missing_hugetlb_controller = true
          sandbox_image = "%2$s"
          [plugins."io.containerd.grpc.v1.cri".cni]
            bin_dir = "%3$s"
            conf_dir = "%1$s/network"
          [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
            runtime_type = "io.containerd.runc.v2"
            [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
              SystemdCgroup = false
          [plugins."io.containerd.grpc.v1.cri".registry.mirrors."%4$s"]
            endpoint = ["http://%4$s"]
        """
            .formatted(folder, image, NETWORK_PLUGINS, registry.host()));
  }

  private void writeNetwork() throws IOException {
    Path network = Files.createDirectories(folder.resolve("network"));
    Files.writeString(
        network.resolve("10-pods.conflist"),
        """
        { "cniVersion": "0.4.0", "name": "pods", "plugins": [
          { "type": "bridge", "bridge": "wlnode%1$d", "isGateway": true,
            "ipam": { "type": "host-local", "subnet": "10.233.%1$d.0/24", "dataDir": "%2$s/addresses",
                      "routes": [{ "dst": "0.0.0.0/0" }] } },
          { "type": "loopback" }
        ] }
        """
            .formatted(number, folder));
  }

  private void writeKubelet(KubeCluster cluster) throws IOException {
    Files.writeString(
        folder.resolve("kubelet.yaml"),
        """
        apiVersion: kubelet.config.k8s.io/v1beta1
        kind: KubeletConfiguration
        address: %1$s
        port: 10250
        readOnlyPort: 0
        healthzPort: 0
        containerRuntimeEndpoint: unix://%2$s/containerd.sock
        podLogsDir: %2$s/logs
        cgroupDriver: cgroupfs
        cgroupsPerQOS: false
        enforceNodeAllocatable: []
        failCgroupV1: false
        failSwapOn: false
        oomScoreAdj: 0
        makeIPTablesUtilChains: false
        localStorageCapacityIsolation: false
        resolvConf: ""
        authentication:
          anonymous: { enabled: false }
          webhook: { enabled: false }
          x509: { clientCAFile: "%3$s" }
        authorization: { mode: AlwaysAllow }
        evictionHard: { memory.available: 1Mi }
        nodeStatusUpdateFrequency: 2s
        """
            .formatted(address(), folder, cluster.kubeletClientCertificate()));
  }

  @Override
  public void close() throws InterruptedException, IOException {
    if (daemon != null) {
      daemon.close();
    }
    registry.close();
    done("ip", "link", "delete", "wlnode" + number);
    MoreFiles.deleteRecursively(folder, RecursiveDeleteOption.ALLOW_INSECURE);
  }
}
