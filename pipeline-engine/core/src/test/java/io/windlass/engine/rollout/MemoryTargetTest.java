package io.windlass.engine.rollout;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.release.Runtimes;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** The double keeps the contract too, or tests on it would show nothing. */
class MemoryTargetTest extends RolloutStrategyContract {
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
    return release(number, "good-" + number);
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
  protected void size(int total) {
    memory.size(environment(), total);
  }

  @Override
  protected Map<Long, Integer> ready() {
    return byNumber(memory.ready(environment()));
  }

  @Override
  protected Map<Long, Double> requests() {
    return byNumber(memory.requests(environment()));
  }

  @Override
  protected void breakDown(Release release) {
    memory.breaks(release.sha());
  }

  @Override
  protected void breakOne(Release release) {
    memory.breaksOne(release.sha());
  }

  /** It has nothing beside its memory, which stands for what a real one keeps. */
  @Override
  protected RolloutTarget restart() {
    return memory;
  }

  private static <T> Map<Long, T> byNumber(Map<ReleaseId, T> byRelease) {
    return byRelease.entrySet().stream()
        .collect(Collectors.toMap(each -> each.getKey().number(), Map.Entry::getValue));
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
