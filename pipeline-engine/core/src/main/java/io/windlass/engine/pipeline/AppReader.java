package io.windlass.engine.pipeline;

import io.windlass.engine.pipeline.App.HealthSpec;
import io.windlass.engine.pipeline.App.ProcessSpec;
import io.windlass.engine.pipeline.App.ReleaseSpec;
import io.windlass.engine.pipeline.App.VolumeSpec;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Node.Mapping;
import io.windlass.scaler.syntax.Node.Scalar;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code app:}, plain or with an environment's overrides already laid over it. */
record AppReader(Forms forms) {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int HIGHEST_PORT = 65_535;
  private static final long LEAST_VOLUME = 1L << 20;
  private static final Pattern URL_PATH = Pattern.compile("/[A-Za-z0-9._~!$&'()*+,;=:@%/-]{0,255}");

  /** Below the root, without a part that begins with a dot: no way up, no {@code .} twice. */
  private static final Pattern DIRECTORY =
      Pattern.compile("(?=.{2,256}$)(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+");

  /** What a process takes over from the application. */
  private record Shared(
      Optional<Integer> port,
      Optional<Node> health,
      Optional<Node> resources,
      List<VolumeSpec> volumes) {}

  App read(Fields f) {
    var shared = new Shared(port(f), f.node("health"), f.node("resources"), volumes(f));
    // Read for its mistakes even where every process has its own.
    shared.health().ifPresent(n -> health(n, f.path("health"), f.problems()));
    shared.resources().ifPresent(n -> Resources.read(n, f.path("resources"), f.problems()));
    var app =
        new App(
            forms.variables(f, "env"),
            forms.secrets(f),
            processes(f, shared),
            f.fields("release").flatMap(this::release));
    f.done();
    for (String secret : app.secrets()) {
      if (app.env().containsKey(secret)) {
        f.problems()
            .say(f.at("secrets"), f.path("secrets"), '"' + secret + "\" is also a variable of env");
      }
    }
    return app;
  }

  private Map<String, ProcessSpec> processes(Fields f, Shared shared) {
    Map<String, ProcessSpec> out = new LinkedHashMap<>();
    Optional<Fields> processes = f.fields("processes");
    if (processes.isEmpty()) {
      var none = new Mapping(f.at(), List.of());
      Fields.of(none, f.path(), f.problems())
          .ifPresent(p -> out.put(Defaults.PROCESS, process(Defaults.PROCESS, p, shared)));
      return out;
    }
    Fields all = processes.get();
    for (Entry e : all.entries().stream().limit(forms.limits().processes()).toList()) {
      Forms.isName(e, all.path(), Forms.NAME, f.problems());
      Fields.ofOptional(e.value(), all.path(e.name()), f.problems())
          .ifPresent(p -> out.put(e.name(), process(e.name(), p, shared)));
    }
    if (all.entries().isEmpty()) {
      f.problems().say(all.at(), all.path(), "no process; leave the key out for one named web");
    }
    Forms.atMost(
        all.entries().size(),
        forms.limits().processes(),
        "processes",
        all.at(),
        all.path(),
        f.problems());
    return out;
  }

  private ProcessSpec process(String name, Fields p, Shared shared) {
    Problems problems = p.problems();
    Optional<String> run = p.value("run", forms::shell);
    Optional<Integer> port = port(p).or(shared::port);
    Optional<Node> healthNode = overlay(shared.health(), p.node("health"));
    Optional<Health> health = healthNode.flatMap(n -> health(n, p.path("health"), problems));
    Optional<Resources> resources =
        overlay(shared.resources(), p.node("resources"))
            .flatMap(n -> Resources.read(n, p.path("resources"), problems));
    List<VolumeSpec> volumes = p.has("volumes") ? volumes(p) : shared.volumes();
    p.done();
    boolean asks =
        health
            .flatMap(Health::spec)
            .filter(h -> h.ready().isPresent() || h.live().isPresent())
            .isPresent();
    if (asks && port.isEmpty()) {
      healthNode.ifPresent(
          n -> problems.say(n.at(), p.path("health"), "a path to ask, but no \"port\" to ask at"));
    }
    Optional<HealthSpec> spec =
        health.isPresent() ? health.get().spec() : Optional.of(Health.DEFAULT);
    return new ProcessSpec(
        name,
        run,
        port,
        port.isPresent() ? spec : Optional.empty(),
        health.map(Health::drain).orElse(Defaults.DRAIN),
        resources.flatMap(Resources::cpuMillis),
        resources.flatMap(Resources::memoryBytes),
        volumes);
  }

  private List<VolumeSpec> volumes(Fields f) {
    List<VolumeSpec> volumes = f.list("volumes", AppReader::volume);
    List<String> names = volumes.stream().map(VolumeSpec::name).toList();
    List<String> paths = volumes.stream().map(VolumeSpec::path).toList();
    forms.checkList(f, "volumes", names, forms.limits().volumes());
    forms.checkList(f, "volumes", paths, Integer.MAX_VALUE);
    return volumes;
  }

  private static Optional<VolumeSpec> volume(Node node, String path, Problems problems) {
    return Fields.of(node, path, problems)
        .flatMap(f -> {
          f.require("name", "path");
          var name = f.value("name", AppReader::volumeName);
          var at = f.value("path", AppReader::directory);
          var size =
              Resources.within(f, "size", f.bytes("size"), LEAST_VOLUME, Long.MAX_VALUE, "1Mi");
          boolean shared = f.flag("shared").orElse(Defaults.VOLUME_SHARED);
          f.done();
          return name.flatMap(
              n -> at.map(a -> new VolumeSpec(n, a, size.orElse(Defaults.VOLUME_BYTES), shared)));
        });
  }

  private static Optional<String> volumeName(Node node, String path, Problems problems) {
    return form(node, path, Forms.NAME, "a name such as uploads", problems);
  }

  /** A directory of its own, which hides nothing that an image cannot do without. */
  private static Optional<String> directory(Node node, String path, Problems problems) {
    return form(node, path, DIRECTORY, "a directory such as /data", problems);
  }

  private static Optional<String> form(
      Node node, String path, Pattern form, String expected, Problems problems) {
    return Values.text(node, path, problems)
        .filter(t -> problems.isRight(form.matcher(t).matches(), node, path, expected));
  }

  private static Optional<Node> overlay(Optional<Node> wide, Optional<Node> narrow) {
    return wide.isPresent() && narrow.isPresent()
        ? Optional.of(Overlay.of(wide.get(), narrow.get()))
        : narrow.or(() -> wide);
  }

  static Optional<Integer> port(Fields f) {
    return f.integer("port", 1, HIGHEST_PORT);
  }

  /** What {@code health:} says: {@code none}, or how to look; and how long to drain. */
  private record Health(Optional<HealthSpec> spec, Duration drain) {
    static final HealthSpec DEFAULT =
        new HealthSpec(
            Optional.empty(), Optional.empty(), Defaults.HEALTH_INTERVAL, Defaults.STARTUP);
  }

  private static Optional<Health> health(Node node, String path, Problems problems) {
    if (node instanceof Scalar s) {
      if (s.text().equals("none")) {
        return Optional.of(new Health(Optional.empty(), Defaults.DRAIN));
      }
      problems.wrong(node, path, "a mapping, or none");
      return Optional.empty();
    }
    return Fields.of(node, path, problems)
        .map(f -> {
          var spec =
              new HealthSpec(
                  f.value("ready", AppReader::urlPath),
                  f.value("live", AppReader::urlPath),
                  f.duration("interval", Duration.ofMillis(100), HOUR)
                      .orElse(Defaults.HEALTH_INTERVAL),
                  f.duration("startup", SECOND, HOUR).orElse(Defaults.STARTUP));
          var drain = f.duration("drain", Duration.ZERO, HOUR).orElse(Defaults.DRAIN);
          f.done();
          return new Health(Optional.of(spec), drain);
        });
  }

  /** A path that requests can be sent to, and nothing that changes the request around it. */
  static Optional<String> urlPath(Node node, String path, Problems problems) {
    return form(node, path, URL_PATH, "a path such as /ready", problems);
  }

  private Optional<ReleaseSpec> release(Fields f) {
    f.require("run");
    var run = f.value("run", forms::shell);
    var timeout =
        f.duration("timeout", SECOND, StepsReader.LONGEST).orElse(Defaults.RELEASE_TIMEOUT);
    f.done();
    return run.map(r -> new ReleaseSpec(r, timeout));
  }
}
