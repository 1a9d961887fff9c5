package io.windlass.engine.pipeline;

import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Nearest;
import io.windlass.scaler.syntax.Node.Entry;
import io.windlass.scaler.syntax.Position;
import io.windlass.scaler.syntax.Problem;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Values;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code steps:} and checks their graph. */
record StepsReader(Forms forms) {

  static final Duration LONGEST = Duration.ofDays(1);
  private static final int MOST_RETRIES = 10;

  Map<String, Step> read(Fields steps) {
    Problems problems = steps.problems();
    Map<String, Step> out = new LinkedHashMap<>();
    Map<String, Position> places = new LinkedHashMap<>();
    for (Entry e : steps.entries().stream().limit(forms.limits().steps()).toList()) {
      Forms.isName(e, steps.path(), Forms.STEP, problems);
      Fields.of(e.value(), steps.path(e.name()), problems)
          .ifPresent(f -> {
            out.put(e.name(), step(e.name(), f));
            places.put(e.name(), f.at("needs"));
          });
    }
    Forms.atMost(
        steps.entries().size(),
        forms.limits().steps(),
        "steps",
        steps.at(),
        steps.path(),
        problems);
    List<String> names = steps.entries().stream().map(Entry::name).toList();
    boolean known = true;
    for (Step step : out.values()) {
      known &= needsAreKnown(step, names, places.getOrDefault(step.name(), steps.at()), problems);
    }
    if (known) {
      for (List<String> cycle : new StepGraph(out).cycles()) {
        String first = cycle.getFirst();
        problems.say(
            places.getOrDefault(first, steps.at()),
            steps.path(first) + ".needs",
            "steps need each other: " + String.join(" -> ", cycle));
      }
    }
    return out;
  }

  private Step step(String name, Fields f) {
    f.require("run");
    Optional<String> run = f.value("run", forms::shell);
    List<String> needs = f.texts("needs");
    forms.checkList(f, "needs", needs, forms.limits().steps());
    var step =
        new Step(
            name,
            needs,
            run.orElse(""),
            forms.variables(f, "env"),
            forms.secrets(f),
            f.duration("timeout", Duration.ofSeconds(1), LONGEST).orElse(Defaults.STEP_TIMEOUT),
            f.integer("retries", 0, MOST_RETRIES).orElse(Defaults.STEP_RETRIES),
            f.flag("allow-failure").orElse(Defaults.ALLOW_FAILURE),
            f.value("image", Forms::stepImage),
            f.value("resources", Resources::read).orElse(Resources.UNSAID),
            f.fields("services").map(new ServicesReader(forms)::read).orElse(List.of()));
    f.notYet("matrix", "cache", "artifacts");
    f.done();
    return step;
  }

  private static boolean needsAreKnown(
      Step step, List<String> names, Position at, Problems problems) {
    boolean known = true;
    for (String need : step.needs()) {
      if (!names.contains(need)) {
        known = false;
        problems.add(
            new Problem(
                at,
                "steps." + Values.printable(step.name()) + ".needs",
                "step \"" + Values.printable(need) + "\" does not exist",
                "one of " + String.join(", ", names.stream().map(Values::printable).toList()),
                Nearest.of(need, names)));
      }
    }
    return known;
  }
}
