package io.windlass.webhooks.view;

import io.windlass.scaler.policy.Amounts;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.policy.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** A name with its value, for a list of facts. */
public record Fact(String name, String value) {
  /** A fleet's policy in the words of the file. */
  public static List<Fact> of(Scaling scaling) {
    List<Fact> facts = new ArrayList<>();
    facts.add(new Fact("size", size(scaling)));
    if (scaling.observed()) {
      facts.add(new Fact("mode", "observe: nothing of this is carried out"));
    }
    scaling.policies().forEach(policy -> facts.add(of(policy)));
    if (scaling.policies().isEmpty() && scaling.min() != scaling.max()) {
      facts.add(new Fact("policies", "none: the size stays as it is within its bounds"));
    }
    scaling.windows().forEach(window -> facts.add(of(window)));
    facts.add(
        new Fact(
            "shrinks",
            "at most "
                + scaling.scaleIn().atMost()
                + ", to the largest size of the last "
                + Amounts.duration(scaling.scaleIn().hold())));
    facts.add(new Fact("grows", "at most " + scaling.scaleOut().atMost()));
    facts.add(new Fact("without a signal", missing(scaling.onMissingSignal())));
    scaling
        .budgets()
        .connections()
        .ifPresent(budget ->
            facts.add(
                new Fact(
                    "connections",
                    budget.limit() + " in all, " + budget.perReplica() + " for each replica")));
    return List.copyOf(facts);
  }

  private static String size(Scaling scaling) {
    return scaling.min() == scaling.max()
        ? "always " + Amounts.replicas(scaling.min())
        : "from " + scaling.min() + " to " + Amounts.replicas(scaling.max());
  }

  private static Fact of(Policy policy) {
    return switch (policy) {
      case Policy.TargetTracking(var signal, double perReplica, var window) ->
          new Fact(
              policy.key(),
              Amounts.of(signal, perReplica) + " per replica, over " + Amounts.duration(window));
    };
  }

  private static Fact of(Window window) {
    return new Fact(
        "window",
        window.cron()
            + " ("
            + window.timezone()
            + ") for "
            + Amounts.duration(window.length())
            + bound(", min ", window.min())
            + bound(", max ", window.max()));
  }

  private static String bound(String name, OptionalInt value) {
    return value.isPresent() ? name + value.getAsInt() : "";
  }

  private static String missing(Scaling.OnMissingSignal rule) {
    String hold = "does not shrink";
    return rule.thenAtLeast().isPresent()
        ? hold
            + "; after "
            + Amounts.duration(rule.hold())
            + " at least "
            + Amounts.replicas(rule.thenAtLeast().getAsInt())
        : hold;
  }
}
