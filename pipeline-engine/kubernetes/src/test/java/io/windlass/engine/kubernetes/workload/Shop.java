package io.windlass.engine.kubernetes.workload;

import io.windlass.engine.kubernetes.cluster.Capabilities;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.HealthRule;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.SecretRef;
import io.windlass.engine.release.Volume;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** A small shop with a web and a worker process, in as many releases as a test needs. */
public final class Shop {
  public static final EnvironmentId PRODUCTION = new EnvironmentId("acme/shop", "production");
  public static final Capabilities NEWEST =
      new Capabilities(
          34, Set.of(Capabilities.PDB, Capabilities.HTTP_ROUTE, Capabilities.CERTIFICATE));
  public static final Placement INGRESS =
      Placement.in("shop")
          .exposed(
              new Exposure.ByIngress(
                  Optional.of("nginx"), Map.of("example.com/a", "b"), Optional.empty()));

  private static final String DIGEST = "sha256:" + "4f".repeat(32);

  private Shop() {}

  public static Release release(long number) {
    return release(
        number,
        Map.of("NODE_ENV", "production", "PRICE", "$5 and $(HOSTNAME) cost $$"),
        Map.of("web", web(), "worker", worker()));
  }

  public static Release release(
      long number, Map<String, String> env, Map<String, ProcessRuntime> processes) {
    return release(
        PRODUCTION,
        number,
        new AppRuntime(
            env,
            List.of(new SecretRef("DATABASE_URL", Optional.of("production"), 3)),
            processes,
            List.of(new PublicRoute(Optional.of("shop.example.com"), "/", "web")),
            Optional.empty()));
  }

  public static Release release(EnvironmentId environment, long number, AppRuntime runtime) {
    Map<String, ImageRef> images = new TreeMap<>();
    runtime
        .processes()
        .keySet()
        .forEach(p -> images.put(p, new ImageRef("ghcr.io/acme/shop@" + DIGEST, DIGEST)));
    return new Release(
        new ReleaseId(environment, number), "c0ffee" + number, images, runtime, Instant.EPOCH);
  }

  public static ProcessRuntime web() {
    return new ProcessRuntime(
        Optional.empty(),
        Optional.of(3000),
        Optional.of(
            new HealthRule(
                Optional.of("/ready"),
                Optional.of("/live"),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60))),
        Optional.of(500),
        Optional.of(512L << 20),
        Duration.ofSeconds(30));
  }

  public static ProcessRuntime worker() {
    return new ProcessRuntime(
        Optional.of("exec node worker.js --pid $$ --home $HOME"),
        Optional.empty(),
        Optional.empty(),
        Optional.of(1000),
        Optional.empty(),
        Duration.ofSeconds(30));
  }

  static ProcessRuntime keeping(Volume volume) {
    ProcessRuntime web = web();
    return new ProcessRuntime(
        web.run(),
        web.port(),
        web.health(),
        web.cpuMillis(),
        web.memoryBytes(),
        web.drain(),
        List.of(volume));
  }

  /** A release whose objects are brought, with these processes, a variable and a secret. */
  public static Release bringing(String... processes) {
    Map<String, ProcessRuntime> runtimes = new TreeMap<>();
    for (String process : processes) {
      runtimes.put(
          process,
          new ProcessRuntime(
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Optional.empty(),
              Duration.ofSeconds(30),
              List.of()));
    }
    return release(
        PRODUCTION,
        41,
        new AppRuntime(
            Map.of("NODE_ENV", "production"),
            List.of(new SecretRef("DATABASE_URL", Optional.empty(), 3)),
            runtimes,
            List.of(),
            Optional.empty()));
  }

  public static Rendered rendered(Release release, Placement placement) {
    return switch (Renderer.render(release, placement, NEWEST)) {
      case Rendering.Done(var rendered) -> rendered;
      case Rendering.Refused refused -> throw new AssertionError(refused.reason());
    };
  }
}
