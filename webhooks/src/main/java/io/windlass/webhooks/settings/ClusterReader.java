package io.windlass.webhooks.settings;

import com.google.common.math.LongMath;
import io.windlass.engine.kubernetes.cluster.ClusterSettings;
import io.windlass.engine.kubernetes.manifest.Kinds;
import io.windlass.engine.kubernetes.workload.Allowance;
import io.windlass.engine.kubernetes.workload.Exposure;
import io.windlass.engine.kubernetes.workload.Exposure.Issuer;
import io.windlass.engine.kubernetes.workload.Placement;
import io.windlass.engine.kubernetes.workload.Storage;
import io.windlass.engine.pipeline.Patterns;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import io.windlass.webhooks.settings.Settings.Target;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code kubernetes:} of a target, and the namespace of a grant. */
final class ClusterReader {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");
  private static final Pattern SUBDOMAIN = Pattern.compile("[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?");
  private static final Pattern KIND =
      Pattern.compile(
          "([a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?/)?v[a-z0-9]{1,20}/[A-Z][A-Za-z0-9]{0,62}");
  private static final List<String> AUTOSCALERS = List.of("refuse", "scale-out-only");
  private static final List<String> ON_REMOVAL = List.of("keep", "delete");
  private static final List<String> ISSUERS = List.of(Issuer.EVERYWHERE, "Issuer");
  static final int HIGHEST_USER = 2_000_000_000;
  private static final int MOST_HOSTS = 1_000;

  private static final Patterns NO_NAME = new Patterns(List.of(), false);

  private ClusterReader() {}

  static Target.Kubernetes target(Fields f, Values.Form<Path> file) {
    Optional<Path> kubeconfig = f.value("kubeconfig", file);
    Optional<String> context = f.text("context");
    f.require("namespaces");
    Optional<Patterns> namespaces = f.value("namespaces", Patterns::read);
    Optional<Issuer> issuer = f.fields("certificates").flatMap(ClusterReader::issuer);
    Optional<Exposure> ingress =
        f.value("ingress", Fields::ofOptional).map(fields -> ingress(fields, issuer));
    Optional<Exposure> gateway = f.fields("gateway").flatMap(ClusterReader::gateway);
    if (ingress.isPresent() && gateway.isPresent()) {
      f.problems()
          .say(f.at("gateway"), f.path(), "both \"ingress\" and \"gateway\"; use one of them");
    }
    if (f.has("certificates") && !f.has("ingress")) {
      f.problems()
          .say(
              f.at("certificates"),
              f.path("certificates"),
              "without \"ingress\", whose hosts they are for; those of a gateway belong to its listeners");
    }
    List<String> pullSecrets = f.list("pull-secrets", ClusterReader::name);
    Optional<Integer> user = f.integer("run-as-user", 1, HIGHEST_USER);
    Map<String, String> nodes = f.map("node-selector", Values::asWritten);
    Optional<String> autoscalers = f.word("autoscalers", AUTOSCALERS);
    Optional<Storage> storage = f.value("storage", Fields::ofOptional).map(ClusterReader::storage);
    Set<String> kinds = new HashSet<>(f.list("kinds", ClusterReader::kind));
    Patterns annotations = f.value("annotations", Patterns::read).orElse(NO_NAME);
    Patterns tlsSecrets = f.value("tls-secrets", Patterns::read).orElse(NO_NAME);
    Optional<Path> kustomize = f.value("kustomize", file);
    Optional<Path> helm = f.value("helm", file);
    f.done();
    return new Target.Kubernetes(
        new ClusterSettings(kubeconfig, context),
        namespaces.orElse(NO_NAME),
        ingress.or(() -> gateway).orElseGet(Exposure.None::new),
        pullSecrets,
        user.map(Integer::longValue).orElse(Placement.USER),
        nodes,
        storage,
        autoscalers.filter(AUTOSCALERS.get(1)::equals).isPresent(),
        new Allowance(kinds, annotations, tlsSecrets),
        kustomize,
        helm);
  }

  private static Optional<Issuer> issuer(Fields f) {
    f.require("issuer");
    Optional<String> name = f.value("issuer", ClusterReader::name);
    String kind = f.word("kind", ISSUERS).orElse(Issuer.EVERYWHERE);
    int most = f.integer("max", 1, MOST_HOSTS).orElse(Issuer.MOST_HOSTS);
    f.done();
    return name.map(n -> new Issuer(n, kind, most));
  }

  private static Storage storage(Fields f) {
    Optional<String> own = f.value("class", ClusterReader::name);
    Optional<String> shared = f.value("shared-class", ClusterReader::name);
    long most = f.bytes("max-size").orElse(Storage.MOST_BYTES);
    Optional<Long> total = f.bytes("total");
    Optional<String> removal = f.word("on-removal", ON_REMOVAL);
    f.done();
    return new Storage(
        own,
        shared,
        most,
        total.orElse(LongMath.saturatedMultiply(most, Storage.TIMES_MOST)),
        removal.filter(ON_REMOVAL.get(1)::equals).isPresent());
  }

  private static Exposure ingress(Fields f, Optional<Issuer> issuer) {
    Optional<String> kind = f.value("class", ClusterReader::name);
    Map<String, String> annotations = f.map("annotations", Values::asWritten);
    f.done();
    return new Exposure.ByIngress(kind, annotations, issuer);
  }

  private static Optional<Exposure> gateway(Fields f) {
    f.require("name", "namespace");
    Optional<String> name = f.value("name", ClusterReader::name);
    Optional<String> namespace = f.value("namespace", ClusterReader::namespace);
    Optional<String> section = f.value("section", ClusterReader::name);
    f.done();
    return name.flatMap(n -> namespace.map(in -> new Exposure.ByGateway(n, in, section)));
  }

  /** A namespace by name. */
  static Optional<String> namespace(Node node, String path, Problems problems) {
    return form(node, path, LABEL, "a namespace such as shop-staging", problems);
  }

  /** The name of an object. */
  static Optional<String> name(Node node, String path, Problems problems) {
    return form(node, path, SUBDOMAIN, "the name of an object in small letters", problems);
  }

  /** A kind that repositories may bring: {@code monitoring.coreos.com/v1/ServiceMonitor}. */
  private static Optional<String> kind(Node node, String path, Problems problems) {
    String form = "a kind such as monitoring.coreos.com/v1/ServiceMonitor";
    return form(node, path, KIND, form, problems)
        .filter(kind -> {
          boolean good = Kinds.mayBeAllowed(kind);
          if (!good) {
            problems.say(
                node.at(), path, "\"" + kind + "\" gives rights, which no repository may bring");
          }
          return good;
        });
  }

  private static Optional<String> form(
      Node node, String path, Pattern form, String expected, Problems problems) {
    return Values.text(node, path, problems)
        .filter(text -> problems.isRight(form.matcher(text).matches(), node, path, expected));
  }

  /**
   * The namespace of an environment at a target: the one that its grant names, within what the
   * target allows, or the only one that the target has.
   */
  static Optional<String> namespace(Fields grant, Target.Kubernetes target) {
    Optional<String> named = grant.value("namespace", ClusterReader::namespace);
    Patterns allowed = target.namespaces();
    if (grant.has("namespace")) {
      return named.filter(name -> {
        boolean good = allowed.globs().isEmpty() || allowed.takes(name);
        if (!good) {
          grant
              .problems()
              .add(
                  grant.at("namespace"),
                  grant.path("namespace"),
                  "namespace \"" + name + '"',
                  "one that the target has: " + allowed);
        }
        return good;
      });
    }
    Optional<String> only =
        Optional.of(allowed.globs())
            .filter(globs -> globs.size() == 1)
            .map(List::getFirst)
            .filter(glob -> LABEL.matcher(glob).matches());
    if (only.isEmpty() && !allowed.globs().isEmpty()) {
      grant
          .problems()
          .add(grant.at(), grant.path(), "no \"namespace\"", "one that the target has: " + allowed);
    }
    return only;
  }
}
