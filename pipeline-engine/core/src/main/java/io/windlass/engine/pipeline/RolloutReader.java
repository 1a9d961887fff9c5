package io.windlass.engine.pipeline;

import io.windlass.engine.pipeline.EnvironmentSpec.RolloutSpec;
import io.windlass.scaler.fleet.Share;
import io.windlass.scaler.signal.prometheus.PromQlException;
import io.windlass.scaler.signal.prometheus.PromQlScope;
import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Units;
import io.windlass.scaler.syntax.Values;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads {@code rollout:} of an environment. */
record RolloutReader(Forms forms, App app) {
  private static final String ROLLING = "rolling";
  private static final String CANARY = "canary";
  private static final String BLUE_GREEN = "blue-green";

  /** Which strategies each key belongs to, where it does not belong to all. */
  private static final Map<String, List<String>> OWNERS =
      Map.of(
          "hold", List.of(ROLLING, BLUE_GREEN),
          "stages", List.of(CANARY),
          "approve", List.of(BLUE_GREEN),
          "keep", List.of(BLUE_GREEN));

  private static final Duration SHORTEST_DEADLINE = Duration.ofSeconds(10);
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final int MOST_FAILURES = 100;
  private static final int MOST_REQUESTS = 1_000_000;

  /** What an environment gets that says nothing. */
  static final RolloutSpec PLAIN =
      new RolloutSpec(
          new Strategy.Rolling(Defaults.ROLLOUT_HOLD, List.of()), Defaults.ROLLOUT_DEADLINE);

  RolloutSpec read(Fields f) {
    Optional<String> word = f.word("strategy", List.of(ROLLING, CANARY, BLUE_GREEN));
    String name = word.orElse(ROLLING);
    List<Check> checks = f.list("checks", this::check);
    Forms.atMost(
        checks.size(),
        forms.limits().checks(),
        "checks",
        f.at("checks"),
        f.path("checks"),
        f.problems());
    Strategy strategy =
        switch (name) {
          case CANARY -> canary(f, checks);
          case BLUE_GREEN ->
              new Strategy.BlueGreen(
                  length(f, "hold", Defaults.ROLLOUT_HOLD),
                  f.flag("approve").orElse(Defaults.APPROVE),
                  length(f, "keep", checks.isEmpty() ? Defaults.KEEP : Defaults.KEEP_CHECKED),
                  checks);
          default -> new Strategy.Rolling(length(f, "hold", Defaults.ROLLOUT_HOLD), checks);
        };
    var deadline = f.duration("deadline", SHORTEST_DEADLINE, StepsReader.LONGEST);
    refuseStrangers(f, name, f.has("strategy") && word.isEmpty());
    f.done();
    Duration held = strategy.held();
    deadline
        .filter(end -> end.compareTo(held) <= 0)
        .ifPresent(end ->
            f.problems()
                .say(
                    f.at("deadline"),
                    f.path("deadline"),
                    "deadline "
                        + Units.text(end)
                        + " is over before the holds are, which take "
                        + Units.text(held)));
    refuseRareLooks(f, strategy);
    if (!checks.isEmpty() && strategy.holds().stream().allMatch(Duration::isZero)) {
      f.problems()
          .say(
              f.at("checks"),
              f.path("checks"),
              "no time to look; say with \"hold\" how long the release is looked at");
    }
    return new RolloutSpec(
        strategy, deadline.orElseGet(() -> Defaults.ROLLOUT_DEADLINE.plus(held)));
  }

  private static Duration length(Fields f, String key, Duration otherwise) {
    return f.duration(key, Duration.ZERO, StepsReader.LONGEST).orElse(otherwise);
  }

  /** A stage ends by what its checks saw of it, so they must look while it is held. */
  private static void refuseRareLooks(Fields f, Strategy strategy) {
    Optional<Duration> shortest =
        strategy.holds().stream().filter(Duration::isPositive).min(Duration::compareTo);
    List<Check> checks = strategy.checks();
    for (int i = 0; i < checks.size(); i++) {
      Duration every = checks.get(i).every();
      if (shortest.filter(hold -> hold.compareTo(every) < 0).isPresent()) {
        f.problems()
            .say(
                f.at("checks"),
                f.path("checks") + "[" + i + "].every",
                "looked at every %s, which is longer than a stage is held: %s"
                    .formatted(Units.text(every), Units.text(shortest.get())));
      }
    }
  }

  /**
   * Keys that are right in another strategy are told so, and not as unknown.
   *
   * @param unknown whether nobody can tell which strategy is meant
   */
  private static void refuseStrangers(Fields f, String strategy, boolean unknown) {
    OWNERS.forEach((key, owners) -> {
      if (!owners.contains(strategy) && f.node(key).isPresent() && !unknown) {
        f.problems()
            .say(
                f.at(key),
                f.path(),
                "key \"" + key + "\" belongs to strategy " + String.join(" and ", owners));
      }
    });
  }

  private Strategy canary(Fields f, List<Check> checks) {
    f.require("stages");
    List<Strategy.Stage> stages = f.list("stages", RolloutReader::stage);
    if (f.node("stages").orElse(null) instanceof Node.Sequence all && all.items().isEmpty()) {
      f.problems().say(f.at("stages"), f.path("stages"), "a canary needs at least one stage");
    }
    Forms.atMost(
        stages.size(),
        forms.limits().stages(),
        "stages",
        f.at("stages"),
        f.path("stages"),
        f.problems());
    for (int i = 1; i < stages.size(); i++) {
      Share before = stages.get(i - 1).weight();
      if (stages.get(i).weight().fraction() <= before.fraction()) {
        f.problems()
            .say(
                f.at("stages"),
                f.path("stages") + "[" + i + "]",
                "weight " + stages.get(i).weight() + " does not rise above " + before);
      }
    }
    return new Strategy.Canary(stages, checks);
  }

  private static Optional<Strategy.Stage> stage(Node node, String path, Problems problems) {
    return Fields.of(node, path, problems)
        .flatMap(f -> {
          f.require("weight");
          Optional<Share> weight = f.value("weight", RolloutReader::weight);
          Duration hold = length(f, "hold", Defaults.ROLLOUT_HOLD);
          boolean approve = f.flag("approve").orElse(Defaults.APPROVE);
          f.done();
          return weight.map(share -> new Strategy.Stage(share, hold, approve));
        });
  }

  private static Optional<Share> weight(Node node, String path, Problems problems) {
    Optional<Double> share = Values.share(node, path, problems);
    if (share.filter(s -> s <= 0 || s >= 1).isPresent()) {
      problems.wrong(node, path, "more than 0% and less than 100%");
      return Optional.empty();
    }
    return share.map(Share::new);
  }

  private Optional<Check> check(Node node, String path, Problems problems) {
    return Fields.of(node, path, problems).flatMap(this::check);
  }

  private Optional<Check> check(Fields f) {
    Optional<Check.Measure> measure = measure(f);
    Optional<Check.Bound> bound = bound(f, measure);
    String process = f.text("process").orElse(EnvironmentsReader.firstProcess(app));
    if (f.has("process")) {
      EnvironmentsReader.existing(f, process, app);
    }
    Duration every = f.duration("every", SECOND, HOUR).orElse(Defaults.CHECK_EVERY);
    Duration window = f.duration("window", SECOND, HOUR).orElse(Defaults.CHECK_WINDOW);
    int failures = f.integer("failures", 1, MOST_FAILURES).orElse(Defaults.CHECK_FAILURES);
    Check.NoData noData = noData(f);
    f.done();
    return measure.flatMap(
        what -> bound.map(good -> new Check(what, process, good, every, window, failures, noData)));
  }

  private static Check.NoData noData(Fields f) {
    List<String> words =
        Stream.of(Check.NoData.values()).map(one -> one.name().toLowerCase(Locale.ROOT)).toList();
    return f.word("no-data", words)
        .map(word -> Check.NoData.valueOf(word.toUpperCase(Locale.ROOT)))
        .orElse(Defaults.CHECK_NO_DATA);
  }

  private static Optional<Check.Measure> measure(Fields f) {
    Optional<String> query = f.text("query");
    Optional<Check.Kind> signal = signal(f);
    if (f.has("query") == f.has("signal")) {
      f.problems().say(f.at(), f.path(), "a check has either \"query\" or \"signal\"");
      return Optional.empty();
    }
    if (query.isPresent()) {
      return query.filter(text -> canBeScoped(f, text)).map(Check.Measure.Query::new);
    }
    int atLeast = f.integer("at-least", 1, MOST_REQUESTS).orElse(Defaults.CHECK_AT_LEAST);
    return signal.map(kind -> new Check.Measure.BuiltIn(kind, atLeast));
  }

  private static Optional<Check.Kind> signal(Fields f) {
    List<Check.Kind> kinds = List.of(Check.Kind.values());
    return f.word("signal", kinds.stream().map(Check.Kind::word).toList())
        .flatMap(word -> kinds.stream().filter(kind -> kind.word().equals(word)).findFirst());
  }

  /** What cannot be kept to one release would have no data for ever; it is refused here once. */
  private static boolean canBeScoped(Fields f, String query) {
    try {
      PromQlScope.scope(query, Map.of(), "1m");
      return true;
    } catch (PromQlException e) {
      f.problems().say(f.at("query"), f.path("query"), String.valueOf(e.getMessage()));
      return false;
    }
  }

  private static Optional<Check.Bound> bound(Fields f, Optional<Check.Measure> measure) {
    boolean query = f.has("query");
    Optional<Double> max = max(f, measure);
    Optional<Double> min = query ? f.number("min") : Optional.empty();
    Optional<Double> worseBy = f.value("worse-by", RolloutReader::aboveNothing);
    Optional<String> worse = query ? f.word("worse", List.of("higher", "lower")) : Optional.empty();
    boolean within = f.has("max") || (query && f.has("min"));
    if (within && f.has("worse-by")) {
      f.problems()
          .say(
              f.at("worse-by"),
              f.path(),
              "\"worse-by\" beside a fixed bound; put them into two checks");
    } else if (query && !within && !f.has("worse-by")) {
      f.problems().say(f.at(), f.path(), "no bound; add \"max\", \"min\" or \"worse-by\"");
    }
    if (worse.isPresent() && !f.has("worse-by")) {
      f.problems().say(f.at("worse"), f.path(), "\"worse\" means nothing without \"worse-by\"");
    }
    if (within) {
      refuseEmpty(f, min, max);
      return Optional.of(new Check.Bound.Within(min, max));
    }
    return Optional.of(
        new Check.Bound.NotWorse(
            worseBy.orElse(Defaults.CHECK_WORSE_BY), !worse.equals(Optional.of("lower"))));
  }

  private static void refuseEmpty(Fields f, Optional<Double> min, Optional<Double> max) {
    if (min.isPresent() && max.isPresent() && min.get() > max.get()) {
      f.problems().say(f.at("min"), f.path(), "no value is above \"min\" and below \"max\"");
    }
  }

  private static Optional<Double> max(Fields f, Optional<Check.Measure> measure) {
    if (measure.isPresent() && measure.get() instanceof Check.Measure.BuiltIn builtIn) {
      return most(f, builtIn);
    }
    if (f.has("query")) {
      return f.number("max");
    }
    // Of a signal that does not exist nobody knows the unit.
    f.node("max");
    return Optional.empty();
  }

  /** In the signal's own unit: a share of the requests, or a time. */
  private static Optional<Double> most(Fields f, Check.Measure.BuiltIn measure) {
    return switch (measure.kind()) {
      case ERROR_RATE -> f.share("max");
      case LATENCY, CPU_PER_REQUEST ->
          f.duration("max", Duration.ofMillis(1), HOUR).map(time -> time.toMillis() / 1000.0);
    };
  }

  private static Optional<Double> aboveNothing(Node node, String path, Problems problems) {
    Optional<Double> share = Values.share(node, path, problems);
    if (share.filter(s -> s <= 0).isPresent()) {
      problems.wrong(node, path, "more than 0%");
      return Optional.empty();
    }
    return share;
  }
}
