package io.windlass.engine.rollout;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.Runtimes;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The double keeps the contract too, or tests on it would show nothing. */
class MemoryTargetTest extends RolloutTargetContract {
  private final MemoryTarget memory = new MemoryTarget().breaks("broken").loses("sha256:missing");

  @Override
  protected RolloutTarget target() {
    return memory;
  }

  @Override
  protected EnvironmentId environment() {
    return new EnvironmentId("acme/shop", "production");
  }

  @Override
  protected Release good(long number) {
    return release(number, "good");
  }

  @Override
  protected Release broken(long number) {
    return release(number, "broken");
  }

  @Override
  protected Release missing(long number) {
    return release(number, "missing");
  }

  @Override
  protected Set<Long> serving() {
    return memory.serving(environment()).stream()
        .map(ReleaseId::number)
        .collect(Collectors.toSet());
  }

  private Release release(long number, String content) {
    Map<String, ImageRef> images =
        Map.of("web", new ImageRef("shop@sha256:" + content, "sha256:" + content));
    return new Release(
        new ReleaseId(environment(), number),
        content,
        images,
        Runtimes.web(Optional.empty()),
        Instant.EPOCH);
  }
}
