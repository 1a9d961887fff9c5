package io.windlass.engine.rollout;

import io.windlass.engine.release.AppRuntime;
import io.windlass.engine.release.ProcessRuntime;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.Volume;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/** What is different between two releases, thing by thing, whatever the target makes of them. */
final class ReleaseChanges {
  private ReleaseChanges() {}

  /**
   * From one release to the next.
   *
   * @param serving empty where nothing serves
   */
  static List<Change> between(Optional<Release> serving, Release next) {
    List<Change> changes = new ArrayList<>();
    Set<String> processes = new TreeSet<>(next.runtime().processes().keySet());
    serving.ifPresent(old -> processes.addAll(old.runtime().processes().keySet()));
    for (String process : processes) {
      Change.between(
              "process " + process,
              serving.flatMap(old -> process(old, process)),
              process(next, process))
          .ifPresent(changes::add);
    }
    whole("variables", serving, next, runtime -> new TreeMap<>(runtime.env()))
        .ifPresent(changes::add);
    whole("secrets", serving, next, ReleaseChanges::secrets).ifPresent(changes::add);
    whole("routes", serving, next, ReleaseChanges::routes).ifPresent(changes::add);
    whole("manifests", serving, next, ReleaseChanges::manifests).ifPresent(changes::add);
    whole("release command", serving, next, ReleaseChanges::command).ifPresent(changes::add);
    return changes;
  }

  /** What every application has, empty or not: it neither comes nor goes. */
  private static Optional<Change> whole(
      String subject,
      Optional<Release> serving,
      Release next,
      Function<AppRuntime, Map<String, String>> values) {
    Map<String, String> before = serving.map(Release::runtime).map(values).orElse(Map.of());
    return Change.between(subject, Optional.of(before), Optional.of(values.apply(next.runtime())));
  }

  private static Optional<Map<String, String>> process(Release release, String name) {
    ProcessRuntime process = release.runtime().processes().get(name);
    if (process == null) {
      return Optional.empty();
    }
    Map<String, String> values = new TreeMap<>();
    Optional.ofNullable(release.images().get(name))
        .ifPresent(image -> values.put("image", image.digest()));
    process.run().ifPresent(run -> values.put("run", run));
    process.port().ifPresent(port -> values.put("port", port.toString()));
    process.cpuMillis().ifPresent(cpu -> values.put("cpu", cpu + "m"));
    process.memoryBytes().ifPresent(bytes -> values.put("memory", bytes + " bytes"));
    for (Volume volume : process.volumes()) {
      values.put(
          "volumes." + volume.name(),
          "%s, %d bytes%s"
              .formatted(volume.path(), volume.bytes(), volume.shared() ? ", shared" : ""));
    }
    values.put("drain", process.drain().toSeconds() + "s");
    process
        .health()
        .ifPresentOrElse(
            health -> {
              health.ready().ifPresent(path -> values.put("health.ready", path));
              health.live().ifPresent(path -> values.put("health.live", path));
              values.put("health.interval", health.interval().toSeconds() + "s");
              values.put("health.startup", health.startup().toSeconds() + "s");
            },
            () -> values.put("health", "none"));
    return Optional.of(values);
  }

  private static Map<String, String> secrets(AppRuntime runtime) {
    Map<String, String> values = new TreeMap<>();
    runtime
        .secrets()
        .forEach(secret ->
            values.put(
                secret.name(),
                "version "
                    + secret.version()
                    + secret.environment().map(_ -> "").orElse(" of the repository")));
    return values;
  }

  private static Map<String, String> routes(AppRuntime runtime) {
    Map<String, String> values = new TreeMap<>();
    runtime
        .routes()
        .forEach(route ->
            values.put(
                route.host().orElse("any host") + " " + route.path(),
                route.process() + (route.tls() ? ", with TLS" : "")));
    return values;
  }

  private static Map<String, String> manifests(AppRuntime runtime) {
    return runtime
        .manifests()
        .map(made -> Map.of("text", made.hash(), "tool", made.tool()))
        .orElse(Map.of());
  }

  private static Map<String, String> command(AppRuntime runtime) {
    return runtime
        .command()
        .map(
            command -> Map.of("run", command.run(), "timeout", command.timeout().toSeconds() + "s"))
        .orElse(Map.of());
  }
}
