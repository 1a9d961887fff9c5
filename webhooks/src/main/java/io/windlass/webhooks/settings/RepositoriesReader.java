package io.windlass.webhooks.settings;

import io.windlass.engine.git.CloneUrl;
import io.windlass.engine.kubernetes.workload.Names;
import io.windlass.engine.pipeline.Patterns;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.secret.SecretValue;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import io.windlass.webhooks.settings.Settings.HookSecret;
import io.windlass.webhooks.settings.Settings.Organization;
import io.windlass.webhooks.settings.Settings.Repository;
import io.windlass.webhooks.settings.Settings.Ssh;
import io.windlass.webhooks.settings.Settings.Target;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code repositories:} and {@code organizations:}: whom the server believes. */
final class RepositoriesReader {

  private static final int MOST_REPLICAS = 10_000;

  private final SecretReader secrets;
  private final Set<String> names;
  private final Map<String, Target> targets;
  private final Map<String, String> hookIds = new HashMap<>();
  private final Map<Place, EnvironmentId> apps = new HashMap<>();

  /** Where the objects of one environment are, and what their names begin with. */
  private record Place(String target, String namespace, String app) {}

  /**
   * Reads beside these.
   *
   * @param names of all targets, also of those that have mistakes
   */
  RepositoriesReader(SecretReader secrets, Set<String> names, Map<String, Target> targets) {
    this.secrets = secrets;
    this.names = names;
    this.targets = targets;
  }

  Map<RepositoryName, Repository> repositories(Fields all) {
    Map<RepositoryName, Repository> out = new LinkedHashMap<>();
    for (Entry e : all.entries()) {
      Problems problems = all.problems();
      Optional<RepositoryName> name = RepositoryName.parse(e.name());
      if (name.isEmpty()) {
        problems.add(
            e.key().at(),
            all.path(),
            "repository \"" + Values.printable(e.name()) + '"',
            "owner/name such as acme/shop");
      }
      name.filter(n -> out.keySet().stream().anyMatch(n::sameAs))
          .ifPresent(n ->
              problems.say(
                  e.key().at(), all.path(), "repository \"" + n + "\" twice in other letters"));
      Fields.ofOptional(e.value(), all.path(e.name()), problems)
          .ifPresent(f -> {
            Repository repository = repository(e.name(), f);
            name.ifPresent(n -> {
              refuseEqualNames(n, repository, e, all);
              out.put(n, repository);
            });
          });
    }
    return out;
  }

  /** Objects in a cluster are found by name: two environments there cannot have the same. */
  private void refuseEqualNames(
      RepositoryName name, Repository repository, Entry entry, Fields all) {
    repository
        .environments()
        .forEach((environment, grant) -> {
          if (grant.namespace().isEmpty() || !SettingsForms.NAME.matcher(environment).matches()) {
            return;
          }
          var id = new EnvironmentId(name.toString(), environment);
          var place = new Place(grant.target(), grant.namespace().get(), Names.app(id));
          EnvironmentId other = apps.putIfAbsent(place, id);
          if (other != null) {
            all.problems()
                .say(
                    entry.key().at(),
                    all.path(entry.name()) + ".environments." + environment,
                    "\"%s\" and \"%s\" would both be \"%s\" in namespace \"%s\" of \"%s\"; give one of them another namespace"
                        .formatted(other, id, place.app(), place.namespace(), place.target()));
          }
        });
  }

  private Repository repository(String name, Fields f) {
    Optional<HookSecret> hook = hook(f, "secret", "previous-secret");
    var ids = ids(f, "repository " + name);
    // A name that is no repository's has its own problem; the address of any other will do for it.
    CloneUrl clone =
        f.value("clone", SettingsForms::cloneUrl)
            .orElseGet(() ->
                CloneUrl.parse(
                    SettingsDefaults.CLONE_HOST
                        + RepositoryName.parse(name).map(RepositoryName::toString).orElse("x/x")
                        + ".git"));
    var token = f.value("token", secrets::read);
    Optional<Ssh> ssh = ssh(f);
    var images = f.list("images", SettingsForms::image);
    var environments = f.fields("environments").map(this::environments).orElse(Map.of());
    f.done();
    return new Repository(hook, ids, clone, token, ssh, images, environments);
  }

  Map<String, Organization> organizations(Fields all) {
    Map<String, Organization> out = new LinkedHashMap<>();
    for (Entry e : all.entries()) {
      if (!e.name().matches("[A-Za-z0-9][A-Za-z0-9-]{0,38}")) {
        all.problems()
            .add(
                e.key().at(),
                all.path(),
                "organisation \"" + Values.printable(e.name()) + '"',
                "its login such as acme");
      }
      Fields.of(e.value(), all.path(e.name()), all.problems())
          .ifPresent(f -> {
            f.require("secret");
            var hook = hook(f, "secret", "previous-secret");
            var ids = ids(f, "organisation " + e.name());
            f.done();
            hook.ifPresent(h -> out.put(e.name(), new Organization(h, ids)));
          });
    }
    return out;
  }

  Optional<HookSecret> hook(Fields f, String key, String previousKey) {
    Optional<SecretValue> current = f.value(key, secrets::read);
    Optional<SecretValue> previous = f.value(previousKey, secrets::read);
    if (f.has(previousKey) && !f.has(key)) {
      f.problems()
          .say(f.at(previousKey), f.path(), '"' + previousKey + "\" without \"" + key + '"');
    }
    return current.map(c -> new HookSecret(c, previous));
  }

  private Set<String> ids(Fields f, String owner) {
    Set<String> ids = new LinkedHashSet<>(f.list("hook-id", SettingsForms::hookId));
    for (String id : ids) {
      String other = hookIds.putIfAbsent(id, owner);
      if (other != null) {
        f.problems()
            .say(f.at("hook-id"), f.path("hook-id"), "hook " + id + " already belongs to " + other);
      }
    }
    return ids;
  }

  private Optional<Ssh> ssh(Fields f) {
    var key =
        f.fields("ssh-key")
            .flatMap(k -> {
              var file = k.require("file").value("file", secrets::privateFile);
              k.done();
              return file;
            });
    List<String> hosts = f.list("known-hosts", RepositoriesReader::hostKey);
    if (f.has("ssh-key") != f.has("known-hosts")) {
      f.problems()
          .say(
              f.at(f.has("ssh-key") ? "ssh-key" : "known-hosts"),
              f.path(),
              "\"ssh-key\" and \"known-hosts\" belong together; ssh-keyscan shows a host's keys");
    }
    return key.map(k -> new Ssh(k, hosts));
  }

  private static Optional<String> hostKey(Node node, String path, Problems problems) {
    return Values.text(node, path, problems)
        .filter(t ->
            problems.isRight(
                t.matches("([^\\s#]+ )?(ssh|ecdsa|sk)-[a-z0-9@.-]+ [A-Za-z0-9+/=]+( .*)?"),
                node,
                path,
                "a line of known_hosts such as github.com ssh-ed25519 AAAA..."));
  }

  private Map<String, Grant> environments(Fields all) {
    Map<String, Grant> out = new LinkedHashMap<>();
    for (Entry e : all.entries()) {
      if (!SettingsForms.NAME.matcher(e.name()).matches()) {
        all.problems()
            .add(
                e.key().at(),
                all.path(),
                "environment \"" + Values.printable(e.name()) + '"',
                "small letters, digits and -, beginning with a letter");
      }
      Fields.of(e.value(), all.path(e.name()), all.problems())
          .ifPresent(f -> grant(f).ifPresent(g -> out.put(e.name(), g)));
    }
    return out;
  }

  private Optional<Grant> grant(Fields f) {
    f.require("target");
    Optional<String> target = f.word("target", names);
    var hosts = f.list("hosts", SettingsForms::host);
    var branches = f.value("branches", Patterns::read);
    var tags = f.value("tags", Patterns::read);
    var max = f.integer("max", 1, MOST_REPLICAS);
    Optional<String> namespace =
        target
            .map(targets::get)
            .flatMap(bound ->
                bound instanceof Target.Kubernetes cluster
                    ? ClusterReader.namespace(f, cluster)
                    : Optional.empty());
    f.notYet("approvers");
    f.done();
    return target.map(t -> new Grant(t, namespace, hosts, branches, tags, max));
  }
}
