package io.windlass.webhooks.settings;

import io.windlass.engine.journal.DatabaseSettings.Store;
import io.windlass.engine.secret.SecretValue;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Problem;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Source;
import io.windlass.scaler.syntax.Values;
import io.windlass.scaler.syntax.Yaml;
import io.windlass.webhooks.settings.Settings.App;
import io.windlass.webhooks.settings.Settings.GitHub;
import io.windlass.webhooks.settings.Settings.Notification;
import io.windlass.webhooks.settings.Settings.Occasion;
import io.windlass.webhooks.settings.Settings.Registry;
import io.windlass.webhooks.settings.Settings.Repository;
import io.windlass.webhooks.settings.Settings.Retention;
import io.windlass.webhooks.settings.Settings.Scaler;
import io.windlass.webhooks.settings.Settings.Server;
import io.windlass.webhooks.settings.Settings.Target;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads the server's file: the whole of it, or every mistake in it. */
public final class SettingsReader {

  /** An operator's file may name many repositories. */
  static final Yaml.Limits LIMITS = new Yaml.Limits(4 * 1024 * 1024, 32, 400_000);

  /**
   * The outcome: either settings, or at least one problem.
   *
   * @param problems in the file's order; none of them shows a secret
   */
  public record ReadResult(Optional<Settings> settings, List<Problem> problems) {
    public ReadResult {
      problems = List.copyOf(problems);
    }
  }

  private static final long LEAST_DISK = 64L << 20;
  private static final Duration LONGEST_KEPT = Duration.ofDays(3650);

  private final Problems problems = new Problems();
  private final Surroundings surroundings;
  private final SecretReader secrets;

  private SettingsReader(Surroundings surroundings) {
    this.surroundings = surroundings;
    this.secrets = new SecretReader(surroundings);
  }

  /**
   * The settings that the file at this path holds.
   *
   * @throws IOException when it cannot be read at all, or with every mistake in it
   */
  public static Settings load(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(
          "Tried to read the server's file '"
              + file
              + "' but it is not there; make one with 'windlass repo add OWNER/NAME --config "
              + file
              + "'");
    }
    var found = new Problems();
    ReadResult result =
        Source.decode(file.toString(), Files.readAllBytes(file), found)
            .map(source -> read(source, Surroundings.of(file)))
            .orElseGet(() -> new ReadResult(Optional.empty(), found.list()));
    return result
        .settings()
        .orElseThrow(() ->
            new IOException(
                "The server's file has mistakes:\n"
                    + result.problems().stream()
                        .map(Problem::toString)
                        .collect(Collectors.joining("\n"))));
  }

  /** Reads text, and the files and variables that it points to. */
  public static ReadResult read(Source source, Surroundings surroundings) {
    var reader = new SettingsReader(surroundings);
    Optional<Settings> settings =
        Yaml.read(source, LIMITS, reader.problems)
            .flatMap(root -> Fields.of(root, "", reader.problems))
            .map(reader::settings);
    return reader.problems.isEmpty()
        ? new ReadResult(settings, List.of())
        : new ReadResult(Optional.empty(), reader.problems.list());
  }

  private Settings settings(Fields f) {
    Server server = server(f);
    Store store = new DatabaseReader(secrets).read(f, server.data());
    Optional<URI> prometheus = f.fields("prometheus").flatMap(SettingsReader::prometheus);
    var registries = f.list("registries", this::registry);
    Map<String, Optional<SecretValue>> submodules = new LinkedHashMap<>();
    f.list("submodules", (node, path, all) -> submodule(node, path, all, submodules));
    var targets = f.fields("targets").map(t -> targets(t, server.data())).orElse(Map.of());
    var names = f.mapping().entry("targets").map(e -> names(e.value())).orElse(Set.of());
    Optional<Settings.ClusterSteps> steps =
        f.fields("steps").flatMap(new ClusterStepsReader(names, targets)::read);
    var believed = new RepositoriesReader(secrets, names, targets);
    GitHub github =
        f.fields("github")
            .map(g -> github(g, believed))
            .orElse(new GitHub(SettingsDefaults.GITHUB_API, Optional.empty(), Optional.empty()));
    var organizations = f.fields("organizations").map(believed::organizations).orElse(Map.of());
    Map<RepositoryName, Repository> repositories =
        f.fields("repositories").map(believed::repositories).orElse(Map.of());
    Scaler scaler =
        f.fields("scaler").map(SettingsReader::scaler).orElse(new Scaler(SettingsDefaults.TICK));
    Retention retention =
        f.fields("retention").map(SettingsReader::retention).orElse(SettingsDefaults.RETENTION);
    var notifications = f.list("notify", SettingsReader::notification);
    f.done();
    return new Settings(
        server,
        store,
        prometheus,
        github,
        registries,
        submodules,
        targets,
        steps,
        repositories,
        organizations,
        scaler,
        retention,
        notifications);
  }

  private Server server(Fields root) {
    Optional<Fields> server = root.fields("server");
    var listen =
        server
            .flatMap(f -> f.value("listen", SettingsForms::listen))
            .orElse(SettingsDefaults.LISTEN);
    var url =
        server
            .flatMap(f -> f.value("url", SettingsForms::baseUrl))
            .orElse(URI.create("http://" + listen + "/"));
    var data =
        server
            .flatMap(f -> f.value("data", this::path))
            .orElse(surroundings.resolve(SettingsDefaults.DATA));
    server.ifPresent(Fields::done);
    return new Server(url, listen, data);
  }

  private Optional<Path> path(Node node, String path, Problems all) {
    return Values.text(node, path, all).flatMap(t -> secrets.path(t, node, path, all));
  }

  private static Optional<URI> prometheus(Fields f) {
    var url = f.require("url").value("url", SettingsForms::baseUrl);
    f.done();
    return url;
  }

  private GitHub github(Fields f, RepositoriesReader believed) {
    URI api = f.value("api", SettingsForms::baseUrl).orElse(SettingsDefaults.GITHUB_API);
    Optional<SecretValue> token = f.value("token", secrets::read);
    Optional<Integer> id = f.integer("app-id", 1, Integer.MAX_VALUE);
    Optional<SecretValue> key = f.value("private-key", secrets::read);
    var hook = believed.hook(f, "webhook-secret", "previous-webhook-secret");
    f.done();
    if (f.has("app-id") != f.has("private-key")) {
      problems.say(f.at(), f.path(), "\"app-id\" and \"private-key\" belong together");
    }
    if (f.has("webhook-secret") && !f.has("app-id")) {
      problems.say(
          f.at("webhook-secret"),
          f.path(),
          "\"webhook-secret\" is the App's, but there is no \"app-id\"");
    }
    if (f.has("token") && f.has("app-id")) {
      problems.say(f.at("token"), f.path(), "both \"token\" and \"app-id\"; use one of them");
    }
    return new GitHub(api, token, id.flatMap(i -> key.map(k -> new App(i, k, hook))));
  }

  private Optional<Registry> registry(Node node, String path, Problems all) {
    return Fields.of(node, path, all)
        .flatMap(f -> {
          var host = f.require("host").value("host", SettingsForms::registry);
          var config =
              f.fields("credentials")
                  .flatMap(c -> {
                    var file =
                        c.require("docker-config").value("docker-config", secrets::privateFile);
                    c.done();
                    return file;
                  });
          f.done();
          return host.map(h -> new Registry(h, config));
        });
  }

  private Optional<String> submodule(
      Node node, String path, Problems all, Map<String, Optional<SecretValue>> out) {
    return Fields.of(node, path, all)
        .flatMap(f -> {
          var host = f.require("host").value("host", SettingsForms::gitHost);
          Optional<SecretValue> token = f.value("token", secrets::read);
          f.done();
          host.filter(h -> out.putIfAbsent(h, token) != null)
              .ifPresent(h -> all.say(node.at(), path, "host \"" + h + "\" twice"));
          return host;
        });
  }

  private static Set<String> names(Node targets) {
    Map<String, Boolean> names = new LinkedHashMap<>();
    if (targets instanceof Node.Mapping m) {
      m.entries().forEach(e -> names.put(e.name(), true));
    }
    return names.keySet();
  }

  private Map<String, Target> targets(Fields all, Path data) {
    Map<String, Target> out = new LinkedHashMap<>();
    for (Entry e : all.entries()) {
      if (!SettingsForms.NAME.matcher(e.name()).matches()) {
        problems.add(
            e.key().at(),
            all.path(),
            "target \"" + Values.printable(e.name()) + '"',
            "small letters, digits and -, beginning with a letter");
      }
      Fields.of(e.value(), all.path(e.name()), problems)
          .ifPresent(f -> {
            f.notYet("aws");
            if (!f.has("kubernetes") && !f.has("aws")) {
              f.require("keeper");
            }
            if (f.has("kubernetes") && f.has("keeper")) {
              problems.say(
                  f.at(), f.path(), "both \"keeper\" and \"kubernetes\"; a target is one of them");
            }
            f.value("keeper", Fields::ofOptional)
                .ifPresent(k -> out.put(e.name(), keeper(k, data)));
            f.fields("kubernetes")
                .ifPresent(k -> out.put(e.name(), ClusterReader.target(k, this::path)));
            f.done();
          });
    }
    if (out.values().stream().filter(Target.Keeper.class::isInstance).count() > 1) {
      problems.notYet(all.at(), all.path(), "more than one keeper");
    }
    return out;
  }

  private Target keeper(Fields f, Path data) {
    var listen = f.value("listen", SettingsForms::listen).orElse(SettingsDefaults.KEEPER_LISTEN);
    Optional<Fields> budget = f.fields("budget");
    double cpu = budget.flatMap(b -> share(b, "cpu")).orElse(SettingsDefaults.BUDGET);
    double memory = budget.flatMap(b -> share(b, "memory")).orElse(SettingsDefaults.BUDGET);
    budget.ifPresent(Fields::done);
    boolean start = f.flag("start").orElse(SettingsDefaults.START_KEEPER);
    Path own = f.value("data", this::path).orElse(data.resolve(SettingsDefaults.KEEPER_DATA));
    List<Settings.Listen> reach = f.list("reach", SettingsForms::service);
    var trusted = f.list("trusted", SettingsForms::network);
    int metrics = f.integer("metrics-port", 1, 65_535).orElse(SettingsDefaults.METRICS_PORT);
    var steps = f.fields("steps").map(SettingsReader::steps).orElse(SettingsDefaults.STEPS);
    f.done();
    return new Target.Keeper(listen, cpu, memory, start, own, reach, trusted, metrics, steps);
  }

  private static Settings.StepDisk steps(Fields f) {
    long disk = size(f, "disk").orElse(SettingsDefaults.STEPS.disk());
    long keepFree = size(f, "keep-free").orElse(SettingsDefaults.STEPS.keepFree());
    f.done();
    return new Settings.StepDisk(disk, keepFree);
  }

  /** Less is a slip of the unit: where nothing is kept free, steps end the database. */
  static Optional<Long> size(Fields f, String key) {
    return f.bytes(key)
        .filter(bytes -> {
          boolean good = bytes >= LEAST_DISK;
          if (!good) {
            f.node(key)
                .ifPresent(n -> f.problems().wrong(n, f.path(key), "64MiB or more, such as 20GiB"));
          }
          return good;
        });
  }

  private static Optional<Double> share(Fields f, String key) {
    return f.share(key)
        .filter(s -> {
          boolean good = s > 0 && s <= 1;
          if (!good) {
            f.node(key)
                .ifPresent(n -> f.problems().wrong(n, f.path(key), "a share from 1% to 100%"));
          }
          return good;
        });
  }

  private static Scaler scaler(Fields f) {
    var tick = f.duration("tick", Duration.ofSeconds(1), Duration.ofMinutes(5));
    f.done();
    return new Scaler(tick.orElse(SettingsDefaults.TICK));
  }

  private static Retention retention(Fields f) {
    // GitHub sends again what is up to three days old: until then it must be known.
    var deliveries = f.duration("deliveries", Duration.ofDays(4), LONGEST_KEPT);
    var logs = f.duration("logs", Duration.ofDays(1), LONGEST_KEPT);
    var timelines = f.duration("timelines", Duration.ofDays(4), LONGEST_KEPT);
    var decisions = f.duration("decisions", Duration.ofDays(1), LONGEST_KEPT);
    var runs = f.duration("runs", Duration.ofDays(30), LONGEST_KEPT);
    f.done();
    Retention standard = SettingsDefaults.RETENTION;
    return new Retention(
        deliveries.orElse(standard.deliveries()),
        logs.orElse(standard.logs()),
        timelines.orElse(standard.timelines()),
        decisions.orElse(standard.decisions()),
        runs.orElse(standard.runs()));
  }

  private static Optional<Notification> notification(Node node, String path, Problems all) {
    return Fields.of(node, path, all)
        .flatMap(f -> {
          var webhook = f.require("webhook").value("webhook", SettingsForms::url);
          Set<Occasion> on = Set.copyOf(f.list("on", SettingsReader::occasion));
          f.done();
          Set<Occasion> when = f.has("on") ? on : EnumSet.allOf(Occasion.class);
          return webhook.map(w -> new Notification(w, when));
        });
  }

  private static Optional<Occasion> occasion(Node node, String path, Problems all) {
    List<String> words =
        Arrays.stream(Occasion.values()).map(o -> o.name().toLowerCase(Locale.ROOT)).toList();
    return Values.word(node, path, words, all)
        .map(w -> Occasion.valueOf(w.toUpperCase(Locale.ROOT)));
  }
}
