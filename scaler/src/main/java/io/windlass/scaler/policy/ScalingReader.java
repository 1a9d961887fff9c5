package io.windlass.scaler.policy;

import io.windlass.scaler.policy.Scaling.Budgets;
import io.windlass.scaler.policy.Scaling.Connections;
import io.windlass.scaler.policy.Scaling.OnMissingSignal;
import io.windlass.scaler.policy.Scaling.ScaleIn;
import io.windlass.scaler.policy.Scaling.ScaleOut;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.signal.prometheus.PromQlException;
import io.windlass.scaler.signal.prometheus.PromQlScope;
import io.windlass.scaler.syntax.Cron;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Reads the {@code scale:} block of one process. Every mistake is a problem, and what this version
 * does not carry out is one too: nothing is read and then ignored.
 */
public final class ScalingReader {
  /** More replicas than this is a slip of the finger, not a fleet. */
  public static final int MOST_REPLICAS = 10_000;

  private static final List<String> MODES = List.of("act", "observe");
  private static final int MOST_POLICIES = 20;
  private static final int MOST_WINDOWS = 50;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration DAY = Duration.ofDays(1);

  private ScalingReader() {}

  /** Reads the block where nothing leads to it. */
  public static Optional<Scaling> read(Node node, Problems problems) {
    return read(node, "scale", problems);
  }

  /**
   * Reads the block.
   *
   * @param path the keys that lead to it
   * @return empty if anything in it is wrong; the problems say what
   */
  public static Optional<Scaling> read(Node node, String path, Problems problems) {
    Problems own = new Problems();
    Optional<Scaling> scaling = Fields.of(node, path, own).map(fields -> block(fields, own));
    own.list().forEach(problems::add);
    return own.isEmpty() ? scaling : Optional.empty();
  }

  private static Scaling block(Fields fields, Problems problems) {
    fields.require("min", "max");
    int min = fields.integer("min", 0, MOST_REPLICAS).orElse(1);
    int max = fields.integer("max", 1, MOST_REPLICAS).orElse(Math.max(1, min));
    if (min == 0) {
      problems.notYet(fields.at("min"), fields.path("min"), "scaling to zero");
    }
    if (max < min) {
      problems.say(fields.at("max"), fields.path("max"), "max " + max + " is below min " + min);
    }
    Bounds bounds = new Bounds(Math.max(1, min), Math.max(Math.max(1, min), max));
    List<Policy> policies = policies(fields, problems);
    List<Window> windows = windows(fields, bounds, problems);
    ScaleIn in =
        fields.fields("scale-in").map(ScalingReader::scaleIn).orElseGet(() -> defaults().scaleIn());
    ScaleOut out =
        fields
            .fields("scale-out")
            .map(ScalingReader::scaleOut)
            .orElseGet(() -> defaults().scaleOut());
    OnMissingSignal missing =
        fields
            .fields("on-missing-signal")
            .map(f -> missing(f, bounds))
            .orElseGet(() -> defaults().onMissingSignal());
    Budgets budgets = fields.fields("budgets").map(f -> budgets(f, bounds)).orElse(Budgets.NONE);
    boolean observed = fields.word("mode", MODES).filter("observe"::equals).isPresent();
    fields.done();
    return new Scaling(
        bounds.min(), bounds.max(), policies, windows, in, out, missing, budgets, observed);
  }

  private record Bounds(int min, int max) {}

  private static Scaling defaults() {
    return Scaling.fixed(1);
  }

  /** {@code cpu:} beside the bounds is short for a list of one policy. */
  private static List<Policy> policies(Fields fields, Problems problems) {
    Optional<Policy> brief = share(fields, new Signal.Cpu());
    List<Policy> policies = fields.list("policies", ScalingReader::policy);
    if (fields.has("cpu") && fields.has("policies")) {
      problems.say(
          fields.at("cpu"),
          fields.path("cpu"),
          "\"cpu\" beside \"policies\" says the same thing twice; put it into the list");
    }
    if (policies.size() > MOST_POLICIES) {
      problems.say(
          fields.at("policies"),
          fields.path("policies"),
          "more than " + MOST_POLICIES + " policies");
    }
    Set<String> seen = new HashSet<>();
    for (Policy policy : policies) {
      if (!seen.add(policy.key())) {
        problems.say(
            fields.at("policies"),
            fields.path("policies"),
            "\"" + policy.key() + "\" stands in two policies");
      }
    }
    return brief.map(List::of).orElse(policies);
  }

  private static Optional<Policy> policy(Node node, String path, Problems problems) {
    return Fields.of(node, path, problems).flatMap(fields -> policy(fields, problems));
  }

  private static Optional<Policy> policy(Fields fields, Problems problems) {
    List<Optional<Policy>> read =
        List.of(
            share(fields, new Signal.Cpu()),
            rate(fields, new Signal.NetworkIn()),
            rate(fields, new Signal.NetworkOut()),
            requests(fields),
            positive(fields, "in-flight", fields.number("in-flight"))
                .map(n -> Policy.TargetTracking.of(new Signal.InFlight(), n)),
            fields.fields("query").flatMap(query -> promQl(query, problems)));
    fields.notYet("bands");
    fields.done();
    int named = fields.mapping().entries().size();
    if (named != 1) {
      problems.say(fields.at(), fields.path(), "a policy has one key, this one has " + named);
    }
    return read.stream().flatMap(Optional::stream).findFirst();
  }

  private static Optional<Policy> share(Fields fields, Signal signal) {
    return positive(fields, signal.name(), fields.share(signal.name()))
        .map(share -> Policy.TargetTracking.of(signal, share));
  }

  private static Optional<Policy> rate(Fields fields, Signal signal) {
    return positive(fields, signal.name(), fields.rate(signal.name()).map(Long::doubleValue))
        .map(bytes -> Policy.TargetTracking.of(signal, bytes));
  }

  private static Optional<Policy> requests(Fields fields) {
    return positive(fields, "requests", fields.value("requests", ScalingReader::perSecond))
        .map(rate -> Policy.TargetTracking.of(new Signal.Requests(), rate));
  }

  private static Optional<Policy> promQl(Fields fields, Problems problems) {
    fields.require("promql", "per-replica");
    Optional<String> expression = fields.text("promql");
    Optional<Double> perReplica = positive(fields, "per-replica", fields.number("per-replica"));
    fields.done();
    return expression
        .filter(text -> scopes(fields, text, problems))
        .flatMap(text -> perReplica.map(n -> Policy.TargetTracking.of(new Signal.PromQl(text), n)));
  }

  /**
   * A query that cannot be kept to its fleet would be refused at every tick; it is refused here
   * once.
   */
  private static boolean scopes(Fields fields, String expression, Problems problems) {
    try {
      PromQlScope.scope(expression, Map.of(), "1m");
      return true;
    } catch (PromQlException e) {
      problems.say(fields.at("promql"), fields.path("promql"), String.valueOf(e.getMessage()));
      return false;
    }
  }

  /** {@code 200/s}. */
  private static Optional<Double> perSecond(Node node, String path, Problems problems) {
    if (node instanceof Node.Scalar scalar
        && scalar.text().matches("[0-9]{1,9}(\\.[0-9]{1,6})?/s")) {
      return Optional.of(
          Double.parseDouble(scalar.text().substring(0, scalar.text().length() - 2)));
    }
    problems.wrong(node, path, "requests a second such as 200/s");
    return Optional.empty();
  }

  private static <N extends Number> Optional<N> positive(
      Fields fields, String name, Optional<N> value) {
    if (value.isPresent() && !(value.get().doubleValue() > 0)) {
      fields.problems().say(fields.at(name), fields.path(name), "the target must be above zero");
      return Optional.empty();
    }
    return value;
  }

  private static List<Window> windows(Fields fields, Bounds bounds, Problems problems) {
    List<Window> windows =
        fields.list("windows", (node, path, all) -> window(node, path, bounds, all));
    if (windows.size() > MOST_WINDOWS) {
      problems.say(
          fields.at("windows"), fields.path("windows"), "more than " + MOST_WINDOWS + " windows");
    }
    return windows;
  }

  private static Optional<Window> window(Node node, String path, Bounds bounds, Problems problems) {
    return Fields.of(node, path, problems)
        .flatMap(fields -> {
          fields.require("cron", "for");
          Optional<Cron> cron = fields.value("cron", Cron::read);
          ZoneId zone = fields.value("timezone", Values::zone).orElse(ZoneOffset.UTC);
          Optional<Duration> length =
              fields.duration("for", Duration.ofMinutes(1), Duration.ofDays(31));
          OptionalInt min = size(fields, "min", bounds);
          OptionalInt max = size(fields, "max", bounds);
          fields.done();
          if (!fields.has("min") && !fields.has("max")) {
            problems.say(fields.at(), fields.path(), "a window needs \"min\", \"max\" or both");
          }
          if (min.isPresent() && max.isPresent() && min.getAsInt() > max.getAsInt()) {
            problems.say(
                fields.at("max"),
                fields.path("max"),
                "max " + max.getAsInt() + " is below min " + min.getAsInt());
          }
          return cron.flatMap(c -> length.map(l -> new Window(c, zone, l, min, max)));
        });
  }

  /** A size that the fleet's own bounds allow: one beyond them would be read and never happen. */
  private static OptionalInt size(Fields fields, String name, Bounds bounds) {
    return fields
        .integer(name, bounds.min(), bounds.max())
        .map(OptionalInt::of)
        .orElse(OptionalInt.empty());
  }

  private static ScaleIn scaleIn(Fields fields) {
    Duration hold = fields.duration("hold", Duration.ZERO, DAY).orElse(Defaults.SCALE_IN_HOLD);
    Rate atMost = rate(fields).orElse(Defaults.SCALE_IN_RATE);
    fields.done();
    return new ScaleIn(hold, atMost);
  }

  private static ScaleOut scaleOut(Fields fields) {
    fields.notYet("hold");
    Rate atMost = rate(fields).orElse(Defaults.SCALE_OUT_RATE);
    fields.done();
    return new ScaleOut(atMost);
  }

  /** {@code at-most: { replicas: 1, every: 1m }} or {@code { percent: 100, every: 15s }}. */
  private static Optional<Rate> rate(Fields fields) {
    return fields
        .fields("at-most")
        .flatMap(inner -> {
          inner.require("every");
          Optional<Rate.Step> replicas =
              inner.integer("replicas", 1, MOST_REPLICAS).map(Rate.Replicas::new);
          Optional<Rate.Step> percent = inner.integer("percent", 1, 10_000).map(Rate.Percent::new);
          Optional<Duration> every = inner.duration("every", SECOND, DAY);
          inner.done();
          if (inner.has("replicas") == inner.has("percent")) {
            inner
                .problems()
                .say(inner.at(), inner.path(), "needs either \"replicas\" or \"percent\"");
          }
          return replicas.or(() -> percent).flatMap(step -> every.map(e -> new Rate(step, e)));
        });
  }

  private static OnMissingSignal missing(Fields fields, Bounds bounds) {
    Duration hold = fields.duration("hold", Duration.ZERO, DAY).orElse(Defaults.MISSING_HOLD);
    OptionalInt floor = size(fields, "then-at-least", bounds);
    fields.done();
    return new OnMissingSignal(hold, floor);
  }

  private static Budgets budgets(Fields fields, Bounds bounds) {
    Optional<Connections> connections =
        fields
            .fields("connections")
            .flatMap(inner -> {
              inner.require("limit", "per-replica");
              Optional<Integer> limit = inner.integer("limit", 1, 1_000_000);
              Optional<Integer> each = inner.integer("per-replica", 1, 1_000_000);
              inner.done();
              return limit.flatMap(l -> each.map(e -> new Connections(l, e)));
            });
    connections
        .filter(budget -> budget.replicas() < bounds.min())
        .ifPresent(budget ->
            fields
                .problems()
                .say(
                    fields.at("connections"),
                    fields.path("connections"),
                    "%d connections at %d for each replica are enough for %d, below min %d"
                        .formatted(
                            budget.limit(), budget.perReplica(), budget.replicas(), bounds.min())));
    fields.done();
    return new Budgets(connections);
  }
}
