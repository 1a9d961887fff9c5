package io.windlass.engine.kubernetes.rollout;

import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.windlass.engine.kubernetes.cluster.Cluster;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.fleet.Backstop;
import io.windlass.engine.kubernetes.fleet.KubernetesFleet;
import io.windlass.engine.kubernetes.manifest.Manifests;
import io.windlass.engine.kubernetes.manifest.Tools;
import io.windlass.engine.kubernetes.part.KubeCluster;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.HealthRule;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.RolloutProgress;
import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Many workloads in one process: what it asks of the API server, and what it keeps in memory.
 * Started by {@code docs/benchmarks/kubernetes/run.sh}.
 */
class WorkloadsBenchmark {
  private static final int WORKLOADS = Integer.getInteger("windlass.workloads", 500);
  private static final int ROLLOUTS = Integer.getInteger("windlass.rollouts", 20);
  private static final Duration REST = Duration.ofSeconds(60);
  private static final Duration TICK = Duration.ofSeconds(15);
  private static final Duration LOOK = Duration.ofMillis(500);
  private static final Division HALF = new Division.Part(Share.percent(50));
  private static final Division REPLACE = new Division.Replace();

  private final AtomicInteger requests = new AtomicInteger();
  private final AtomicInteger watches = new AtomicInteger();
  private final Semaphore hands = new Semaphore(16);
  private String namespace = "";

  private final Interceptor counter =
      new Interceptor() {
        @Override
        public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
          boolean watch = String.valueOf(request.uri().getQuery()).contains("watch=true");
          (watch ? watches : requests).incrementAndGet();
        }
      };

  @Test
  void manyWorkloadsInOneProcess() throws Exception {
    try (KubeCluster kubernetes = KubeCluster.start()) {
      kubernetes.node("node-1");
      namespace = kubernetes.namespace("many");
      try (Cluster cluster = open(kubernetes)) {
        fill(cluster);
        long before = memory();
        requests.set(0);
        watches.set(0);
        Instant began = Instant.now();
        try (KubernetesTarget target = target(cluster)) {
          fleets(cluster, target).getFirst().state();
          row("seconds until all is known", seconds(began));
          row("requests for that", requests.get());
          quiet();
          row("requests until each environment was looked at", requests.get());
          row("watches open", watches.get());
          row("MiB of heap for it", (memory() - before) / 1024.0 / 1024);
          atRest(cluster, target);
          row("rollouts at once: " + ROLLOUTS + ", half and then all", "");
          rollOut(target);
        }
      }
    }
  }

  private Cluster open(KubeCluster kubernetes) throws Exception {
    ClusterSettings settings =
        new ClusterSettings(Optional.of(kubernetes.kubeconfig()), Optional.empty());
    return Cluster.open(settings, List.of(counter));
  }

  private KubernetesTarget target(Cluster cluster) {
    return new KubernetesTarget(
        cluster,
        environment -> Optional.of(Placement.in(namespace)),
        image -> {},
        version -> Optional.empty(),
        new Manifests(_ -> Optional.empty(), Tools.none()),
        InstantSource.system());
  }

  private List<KubernetesFleet> fleets(Cluster cluster, KubernetesTarget target) {
    return IntStream.range(0, WORKLOADS)
        .mapToObj(i ->
            new KubernetesFleet(
                cluster,
                target.watches(),
                target.wishes(),
                namespace,
                new FleetId(environment(i).toString(), "web"),
                Backstop.REFUSE,
                Map::of))
        .toList();
  }

  /** Every workload serves its first release with one replica. */
  private void fill(Cluster cluster) throws Exception {
    try (KubernetesTarget target = target(cluster)) {
      List<KubernetesFleet> fleets = fleets(cluster, target);
      inParallel(
          WORKLOADS,
          i -> {
            fleets.get(i).resize(1, "a benchmark");
            move(target, i, 1, REPLACE);
          });
    }
  }

  /** Returns when nothing was asked for two seconds. */
  private void quiet() throws InterruptedException {
    int before;
    do {
      before = requests.get();
      Thread.sleep(2_000);
    } while (requests.get() > before);
  }

  private void atRest(Cluster cluster, KubernetesTarget target) throws Exception {
    List<KubernetesFleet> fleets = fleets(cluster, target);
    requests.set(0);
    Instant began = Instant.now();
    double slowest = 0;
    while (seconds(began) < REST.toSeconds()) {
      Instant tick = Instant.now();
      for (KubernetesFleet fleet : fleets) {
        fleet.state();
      }
      slowest = Math.max(slowest, seconds(tick));
      Thread.sleep(TICK);
    }
    row("requests a second at rest, all fleets read every 15 s", requests.get() / seconds(began));
    row("milliseconds to read all fleets, the slowest time", slowest * 1000);
  }

  private void rollOut(KubernetesTarget target) throws Exception {
    requests.set(0);
    Instant began = Instant.now();
    inParallel(
        ROLLOUTS,
        i -> {
          move(target, i, 2, HALF);
          move(target, i, 2, REPLACE);
        });
    row("seconds", seconds(began));
    row("requests a second", requests.get() / seconds(began));
    row("requests for each rollout", (double) requests.get() / ROLLOUTS);
  }

  private interface Work {
    void on(int number) throws Exception;
  }

  private void inParallel(int count, Work work) throws Exception {
    List<Future<?>> all = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        int number = i;
        all.add(
            threads.submit(() -> {
              hands.acquire();
              try {
                work.on(number);
              } finally {
                hands.release();
              }
              return null;
            }));
      }
      for (Future<?> one : all) {
        one.get();
      }
    }
  }

  private static void move(KubernetesTarget target, int number, long release, Division division)
      throws Exception {
    Release to = release(number, release);
    target.prepare(to);
    target.shift(to.environment(), to.id(), division);
    while (!(target.progress(to.environment(), to.id()) instanceof RolloutProgress.Settled)) {
      Thread.sleep(LOOK);
    }
  }

  private static EnvironmentId environment(int number) {
    return new EnvironmentId("bench/shop-" + number, "production");
  }

  private static Release release(int number, long release) {
    String digest = "sha256:" + "%064x".formatted(release);
    ProcessRuntime web =
        new ProcessRuntime(
            Optional.empty(),
            Optional.of(8080),
            Optional.of(
                new HealthRule(
                    Optional.of("/ready"),
                    Optional.empty(),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(60))),
            Optional.of(10),
            Optional.of(16L << 20),
            Duration.ofSeconds(1));
    return new Release(
        new ReleaseId(environment(number), release),
        "%040x".formatted(release),
        Map.of("web", new ImageRef("registry.test/shop@" + digest, digest)),
        new AppRuntime(Map.of(), List.of(), Map.of("web", web), List.of(), Optional.empty()),
        Instant.parse("2026-01-01T00:00:00Z"));
  }

  private static double seconds(Instant since) {
    return Duration.between(since, Instant.now()).toMillis() / 1000.0;
  }

  private static long memory() throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      System.gc();
      Thread.sleep(200);
    }
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static void row(String what, Object figure) {
    String text = figure instanceof Double d ? String.format(Locale.ROOT, "%.1f", d) : figure + "";
    System.out.println("| " + what + " | " + text + " |");
  }
}
