package io.windlass.webhooks.settings;

import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.windlass.engine.kubernetes.step.ExecutorSettings;
import io.windlass.engine.kubernetes.step.ExecutorSettings.Amounts;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import io.windlass.webhooks.settings.Settings.ClusterSteps;
import io.windlass.webhooks.settings.Settings.Target;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads {@code steps: { kubernetes: ... }}: the cluster where steps run as Jobs. */
record ClusterStepsReader(Set<String> names, Map<String, Target> targets) {
  private static final Duration LONGEST = Duration.ofHours(6);
  private static final List<String> OPERATORS = List.of("Equal", "Exists");
  private static final List<String> EFFECTS =
      List.of("NoSchedule", "PreferNoSchedule", "NoExecute");

  Optional<ClusterSteps> read(Fields steps) {
    Optional<ClusterSteps> cluster =
        steps.require("kubernetes").fields("kubernetes").flatMap(this::cluster);
    steps.done();
    return cluster;
  }

  private Optional<ClusterSteps> cluster(Fields f) {
    f.require("target", "namespace", "image");
    Optional<String> target = f.word("target", names);
    target
        .map(targets::get)
        .filter(found -> !(found instanceof Target.Kubernetes))
        .ifPresent(_ ->
            f.problems()
                .say(
                    f.at("target"),
                    f.path("target"),
                    "target is the keeper, where steps run anyway"));
    Optional<String> namespace = f.value("namespace", ClusterReader::namespace);
    Optional<String> image = f.text("image");
    Optional<String> helper = f.text("helper");
    Optional<Integer> user = f.integer("run-as-user", 1, ClusterReader.HIGHEST_USER);
    Amounts usual = amounts(f, "resources", ExecutorSettings.USUAL);
    Amounts most = amounts(f, "max", usual.times(ExecutorSettings.TIMES_USUAL));
    if (most.cpuMillis() < usual.cpuMillis() || most.memoryBytes() < usual.memoryBytes()) {
      f.problems()
          .say(f.at("max"), f.path("max"), "max is less than a step gets that asks for nothing");
    }
    Optional<Long> workspace = f.bytes("workspace");
    Optional<Long> keepFree = SettingsReader.size(f, "keep-free");
    Optional<Duration> patience = f.duration("patience", Duration.ofSeconds(10), LONGEST);
    Optional<String> account = f.value("service-account", ClusterReader::name);
    List<String> pullSecrets = f.list("pull-secrets", ClusterReader::name);
    Map<String, String> nodes = f.map("node-selector", Values::asWritten);
    List<Toleration> tolerations = f.list("tolerations", ClusterStepsReader::toleration);
    f.done();
    if (target.isEmpty() || namespace.isEmpty() || image.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new ClusterSteps(
            target.get(),
            new ExecutorSettings(
                namespace.get(),
                image.get(),
                helper,
                user.map(Integer::longValue).orElse(ExecutorSettings.USER),
                usual,
                most,
                workspace.orElse(ExecutorSettings.WORKSPACE_BYTES),
                keepFree.orElse(ExecutorSettings.KEEP_FREE_BYTES),
                patience.orElse(ExecutorSettings.PATIENCE),
                account,
                pullSecrets,
                nodes,
                tolerations)));
  }

  private static Amounts amounts(Fields f, String key, Amounts unsaid) {
    Optional<Fields> amounts = f.fields(key);
    Optional<Integer> cpu = amounts.flatMap(a -> a.millicores("cpu"));
    Optional<Long> memory = amounts.flatMap(a -> a.bytes("memory"));
    amounts.ifPresent(Fields::done);
    return new Amounts(cpu.orElse(unsaid.cpuMillis()), memory.orElse(unsaid.memoryBytes()));
  }

  private static Optional<Toleration> toleration(Node node, String path, Problems problems) {
    return Fields.of(node, path, problems)
        .map(f -> {
          TolerationBuilder toleration = new TolerationBuilder();
          f.text("key").ifPresent(toleration::withKey);
          f.word("operator", OPERATORS).ifPresent(toleration::withOperator);
          f.value("value", Values::asWritten).ifPresent(toleration::withValue);
          f.word("effect", EFFECTS).ifPresent(toleration::withEffect);
          f.done();
          return toleration.build();
        });
  }
}
