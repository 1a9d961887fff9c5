package io.windlass.engine.local.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.rollout.RolloutException;
import io.windlass.engine.rollout.Verified;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AbsentRegistryTest {
  @TempDir private Path directory;

  @Test
  void aRegistryThatIsAwayForAMomentIsAskedAgainAndDoesNotFailTheRelease() {
    try (KeeperClient client = new KeeperClient(directory, Duration.ofSeconds(1))) {
      KeeperTarget target = target(client, ImageException.Kind.UNREACHABLE);

      assertThatThrownBy(() -> target.verify(release()))
          .isInstanceOf(RolloutException.class)
          .hasMessageContaining("the registry said so");
    }
  }

  @Test
  void anImageThatIsNotThereIsMissing() throws Exception {
    try (KeeperClient client = new KeeperClient(directory, Duration.ofSeconds(1))) {
      KeeperTarget target = target(client, ImageException.Kind.NOT_FOUND);

      assertThat(target.verify(release())).isEqualTo(new Verified.Missing("the registry said so"));
    }
  }

  private static KeeperTarget target(KeeperClient client, ImageException.Kind kind) {
    return new KeeperTarget(
        client,
        _ -> {
          throw new ImageException(kind, "the registry said so");
        },
        _ -> Optional.empty());
  }

  private static Release release() {
    return new Release(
        new ReleaseId(new EnvironmentId("acme/shop", "production"), 1),
        "c0ffee",
        Map.of("web", new ImageRef("registry/shop", "sha256:" + "0".repeat(64))),
        new AppRuntime(
            Map.of(),
            List.of(),
            Map.of(
                "web",
                new ProcessRuntime(
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Duration.ofSeconds(5))),
            List.of(),
            Optional.empty()),
        Instant.EPOCH);
  }
}
