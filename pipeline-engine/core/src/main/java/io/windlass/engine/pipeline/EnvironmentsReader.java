package io.windlass.engine.pipeline;

import io.windlass.engine.pipeline.EnvironmentSpec.RolloutSpec;
import io.windlass.engine.pipeline.EnvironmentSpec.RouteSpec;
import io.windlass.engine.pipeline.EnvironmentSpec.When;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.policy.ScalingReader;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Nearest;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Node.Mapping;
import io.windlass.scaler.syntax.Node.Scalar;
import io.windlass.scaler.syntax.Problem;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads {@code environments:}, with the application as each of them sees it. */
record EnvironmentsReader(Forms forms, Optional<Node> app) {

  private static final Pattern HOST =
      Pattern.compile(
          "(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  Map<String, EnvironmentSpec> read(Fields environments) {
    Problems problems = environments.problems();
    Map<String, EnvironmentSpec> out = new LinkedHashMap<>();
    for (Entry e : environments.entries().stream().limit(forms.limits().environments()).toList()) {
      Forms.isName(e, environments.path(), Forms.NAME, problems);
      Fields.of(e.value(), environments.path(e.name()), problems)
          .ifPresent(f -> out.put(e.name(), environment(e.name(), f)));
    }
    Forms.atMost(
        environments.entries().size(),
        forms.limits().environments(),
        "environments",
        environments.at(),
        environments.path(),
        problems);
    return out;
  }

  private EnvironmentSpec environment(String name, Fields f) {
    f.require("target");
    Optional<String> target = f.value("target", EnvironmentsReader::target);
    When when =
        f.fields("when")
            .map(this::when)
            .orElse(new When(Optional.empty(), Optional.empty(), false));
    App runs = app(f);
    RolloutSpec rollout =
        f.fields("rollout").map(new RolloutReader(forms, runs)::read).orElse(RolloutReader.PLAIN);
    List<RouteSpec> routes = routes(f, runs);
    Optional<ManifestSpec> manifests = new ManifestsReader(forms).read(f, app);
    Map<String, Scaling> scale = scale(f, runs);
    refuseCopies(f, runs, rollout, scale);
    f.notYet("promotes");
    f.done();
    return new EnvironmentSpec(
        name, target.orElse(""), when, runs, rollout, routes, manifests, scale);
  }

  /** A volume that is not shared is one replica's, and no two releases' at a time. */
  private static void refuseCopies(
      Fields f, App app, RolloutSpec rollout, Map<String, Scaling> scale) {
    for (App.ProcessSpec process : app.processes().values()) {
      Optional<App.VolumeSpec> own =
          process.volumes().stream().filter(volume -> !volume.shared()).findFirst();
      if (own.isEmpty()) {
        continue;
      }
      String words =
          "volume \"%s\" of process \"%s\" is one replica's own"
              .formatted(own.get().name(), process.name());
      Scaling scaling = scale.get(process.name());
      if (scaling != null && scaling.max() > 1) {
        f.problems()
            .say(
                f.at("scale"),
                f.path("scale"),
                words + ", so that its \"max\" is 1; or share the volume: shared: true");
      }
      if (!(rollout.strategy() instanceof Strategy.Rolling)) {
        f.problems()
            .say(
                f.at("rollout"),
                f.path("rollout"),
                words + ", so that no two releases run side by side; use strategy rolling");
      }
    }
  }

  private App app(Fields f) {
    Node nothing = new Mapping(f.at(), List.of());
    Node wide = app.orElse(nothing);
    Optional<Node> own = f.node("app");
    String path = own.isPresent() ? f.path("app") : "app";
    Node merged = own.map(n -> Overlay.of(wide, n)).orElse(wide);
    var reader = new AppReader(forms);
    return Fields.of(merged, path, f.problems())
        .or(() -> Fields.of(nothing, path, f.problems()))
        .map(reader::read)
        .orElseThrow();
  }

  private When when(Fields f) {
    var branches = oneOrMore(f, "branch");
    var tags = oneOrMore(f, "tag");
    var schedule = f.flag("schedule").orElse(false);
    f.notYet("pull_request");
    f.done();
    return new When(branches, tags, schedule);
  }

  /** {@code branch: main} is short for {@code branch: [main]}. */
  private Optional<Patterns> oneOrMore(Fields f, String key) {
    return f.node(key)
        .flatMap(n -> {
          Node list = n instanceof Scalar ? new Node.Sequence(n.at(), List.of(n)) : n;
          return Patterns.read(list, f.path(key), false, forms.limits(), f.problems());
        });
  }

  private static Optional<String> target(Node node, String path, Problems problems) {
    return Values.text(node, path, problems)
        .filter(t ->
            problems.isRight(
                Forms.NAME.matcher(t).matches(),
                node,
                path,
                "the name of a target in the server's file"));
  }

  /** The process that is meant where none is named. */
  static String firstProcess(App app) {
    return app.processes().containsKey(Defaults.PROCESS)
        ? Defaults.PROCESS
        : app.processes().keySet().stream().findFirst().orElse(Defaults.PROCESS);
  }

  /** The process that {@code process:} names; a problem where the application has none such. */
  static Optional<App.ProcessSpec> existing(Fields f, String process, App app) {
    Optional<App.ProcessSpec> found = Optional.ofNullable(app.processes().get(process));
    if (found.isEmpty()) {
      var names = app.processes().keySet();
      f.problems()
          .add(
              new Problem(
                  f.at("process"),
                  f.path("process"),
                  "process \"" + Values.printable(process) + "\" does not exist",
                  "one of " + String.join(", ", names),
                  Nearest.of(process, names)));
    }
    return found;
  }

  private List<RouteSpec> routes(Fields f, App app) {
    String first = firstProcess(app);
    if (!f.has("routes")) {
      f.node("routes");
      return Optional.ofNullable(app.processes().get(first))
              .flatMap(App.ProcessSpec::port)
              .isPresent()
          ? List.of(new RouteSpec(Optional.empty(), Defaults.ROUTE_PATH, first, false))
          : List.of();
    }
    List<RouteSpec> routes =
        f.list("routes", (n, path, problems) -> route(n, path, app, first, problems));
    Forms.atMost(
        routes.size(),
        forms.limits().routes(),
        "routes",
        f.at("routes"),
        f.path("routes"),
        f.problems());
    List<String> sides = routes.stream().map(r -> r.host().orElse("") + r.path()).toList();
    forms.checkList(f, "routes", sides, forms.limits().routes());
    return routes;
  }

  private static Optional<RouteSpec> route(
      Node node, String path, App app, String first, Problems problems) {
    return Fields.of(node, path, problems)
        .map(r -> {
          var host = r.value("host", EnvironmentsReader::host);
          var prefix = r.value("path", AppReader::urlPath).orElse(Defaults.ROUTE_PATH);
          var process = r.text("process").orElse(first);
          boolean tls = r.word("tls", List.of("auto")).isPresent();
          r.done();
          existing(r, process, app)
              .filter(serves -> serves.port().isEmpty())
              .ifPresent(_ ->
                  problems.say(
                      r.at(),
                      r.path(),
                      "process \"" + process + "\" has no \"port\" to send requests to"));
          return new RouteSpec(host, prefix, process, tls);
        });
  }

  private static Optional<String> host(Node node, String path, Problems problems) {
    return Values.text(node, path, problems)
        .filter(t ->
            problems.isRight(
                t.length() <= 253 && HOST.matcher(t).matches(),
                node,
                path,
                "a host name in small letters such as shop.example.com"));
  }

  /** {@code scale:} for the only process, or one block for each process by name. */
  private static Map<String, Scaling> scale(Fields f, App app) {
    Map<String, Scaling> out = new LinkedHashMap<>();
    app.processes().keySet().forEach(p -> out.put(p, Scaling.fixed(Defaults.REPLICAS)));
    Optional<Node> node = f.node("scale");
    if (node.isEmpty()) {
      return out;
    }
    String path = f.path("scale");
    Problems problems = f.problems();
    boolean byName =
        node.get() instanceof Mapping m
            && m.entries().stream().anyMatch(e -> app.processes().containsKey(e.name()));
    if (!byName && out.size() == 1) {
      ScalingReader.read(node.get(), path, problems)
          .ifPresent(s -> out.put(out.keySet().iterator().next(), s));
      return out;
    }
    Fields.of(node.get(), path, problems)
        .ifPresent(processes -> {
          for (String process : app.processes().keySet()) {
            processes.value(process, ScalingReader::read).ifPresent(s -> out.put(process, s));
          }
          processes.done();
        });
    return out;
  }
}
