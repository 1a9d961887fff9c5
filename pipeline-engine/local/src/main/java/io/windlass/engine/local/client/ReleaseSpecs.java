package io.windlass.engine.local.client;

import io.windlass.engine.local.protocol.Health;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.Resources;
import io.windlass.engine.local.protocol.Root;
import io.windlass.engine.local.protocol.RouteSpec;
import io.windlass.engine.local.protocol.Secrets;
import io.windlass.engine.release.HealthRule;
import io.windlass.engine.release.ImageRef;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.Release;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** A release in the keeper's words. */
final class ReleaseSpecs {
  private ReleaseSpecs() {}

  static ReleaseSpec of(Release release, Secrets secrets) {
    Map<String, ProcessSpec> processes = new TreeMap<>();
    release
        .runtime()
        .processes()
        .forEach((name, runtime) -> {
          // There by Release's own rule: an image for each process.
          ImageRef image = Objects.requireNonNull(release.images().get(name));
          processes.put(name, process(release, image, runtime, secrets));
        });
    return new ReleaseSpec(
        release.environment().toString(),
        release.id().toString(),
        processes,
        release.runtime().routes().stream()
            .map(r -> new RouteSpec(r.host(), r.path(), r.process()))
            .toList());
  }

  private static ProcessSpec process(
      Release release, ImageRef image, ProcessRuntime runtime, Secrets secrets) {
    return new ProcessSpec(
        new Root.Image(image.digest()),
        runtime.run().map(run -> List.of("/bin/sh", "-c", run)).orElse(List.of()),
        release.env(),
        secrets,
        runtime.port().isPresent(),
        health(runtime),
        new Resources(runtime.cpuMillis().orElse(0), runtime.memoryBytes().orElse(0L)),
        runtime.drain());
  }

  /** What listens nowhere cannot be asked. */
  private static Health health(ProcessRuntime runtime) {
    Optional<HealthRule> rule = runtime.health().filter(_ -> runtime.port().isPresent());
    return rule.<Health>map(r -> new Health.Http(r.ready(), r.live(), r.interval(), r.startup()))
        .orElseGet(Health.None::new);
  }
}
