package io.windlass.engine.release;

import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * One immutable release: exactly what runs, enough to bring it back years later without its
 * repository.
 *
 * @param sha the commit that it was built from
 * @param images an image for each process of {@code runtime}
 */
public record Release(
    ReleaseId id, String sha, Map<String, ImageRef> images, AppRuntime runtime, Instant createdAt) {
  public Release {
    images = Map.copyOf(images);
    if (!images.keySet().equals(runtime.processes().keySet())) {
      throw new IllegalArgumentException(
          "Tried to make release "
              + id
              + " but its images "
              + images.keySet()
              + " are not those of its processes "
              + runtime.processes().keySet());
    }
  }

  public EnvironmentId environment() {
    return id.environment();
  }

  public long number() {
    return id.number();
  }

  /**
   * The plain variables of every process: those of its configuration, and what it is told about
   * itself, whose names the configuration cannot take.
   */
  public Map<String, String> env() {
    Map<String, String> env = new TreeMap<>(runtime.env());
    env.put("WINDLASS_REPOSITORY", environment().repository());
    env.put("WINDLASS_ENVIRONMENT", environment().name());
    env.put("WINDLASS_SHA", sha);
    return env;
  }
}
