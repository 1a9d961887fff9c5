package io.windlass.engine.local.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ManifestRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.PublicRoute;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.Runtimes;
import io.windlass.engine.release.Volume;
import io.windlass.engine.rollout.Change;
import io.windlass.engine.rollout.Prepared;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a keeper does not have is refused before anything of the release is brought to it. */
class KeeperRefusalsTest {
  @TempDir private Path directory;

  @Test
  void manifests() throws Exception {
    var made = new ManifestRef("sha256:" + "1".repeat(64), "helm v3.19.0");
    refuses(
        Runtimes.web(Optional.empty()).bringing(Optional.of(made)),
        "The release brings manifests, which only a target of Kubernetes takes; deploy it to one");
  }

  @Test
  void certificates() throws Exception {
    var route = new PublicRoute(Optional.of("shop.example.com"), "/", "web", true);
    refuses(
        Runtimes.web(Optional.empty(), route),
        "The route of shop.example.com asks for tls and a keeper serves plain HTTP; take it out, and let what terminates TLS in front of the keeper have the certificate");
  }

  @Test
  void volumes() throws Exception {
    var keeps =
        new ProcessRuntime(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Duration.ZERO,
            List.of(new Volume("data", "/data", 1 << 20, false)));
    refuses(
        new AppRuntime(Map.of(), List.of(), Map.of("web", keeps), List.of(), Optional.empty()),
        "Volume \"data\" is asked for and a keeper has none; keep what must last in a database or an object store that the target lets replicas reach, or deploy to a cluster");
  }

  private void refuses(AppRuntime runtime, String words) throws Exception {
    var release =
        new Release(
            new ReleaseId(new EnvironmentId("acme/shop", "production"), 1),
            "c0ffee",
            Map.of("web", new ImageRef("registry/shop", "sha256:" + "0".repeat(64))),
            runtime,
            Instant.EPOCH);
    try (KeeperClient client = new KeeperClient(directory, Duration.ofSeconds(1))) {
      var target = new KeeperTarget(client, _ -> {}, _ -> Optional.empty());

      assertThat(target.prepare(release)).isEqualTo(new Prepared.Failed(words));
      assertThat(target.plan(Optional.empty(), release)).contains(Change.refused(List.of(words)));
    }
  }
}
