package io.windlass.scaler.policy;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The {@code scale:} block of one process: what its owner wants, defaults filled in.
 *
 * @param min fewest replicas, one or more
 * @param max most replicas, never below {@code min}
 * @param policies none keeps the present size within the bounds
 * @param observed decisions are recorded and not carried out, but for the first {@code min}
 *     replicas: a fleet without them serves nothing that could be observed
 */
public record Scaling(
    int min,
    int max,
    List<Policy> policies,
    List<Window> windows,
    ScaleIn scaleIn,
    ScaleOut scaleOut,
    OnMissingSignal onMissingSignal,
    Budgets budgets,
    boolean observed) {
  public Scaling {
    if (min < 1 || max < min) {
      throw new IllegalArgumentException(
          "Tried to scale between "
              + min
              + " and "
              + max
              + "; use a min of one or more and a max not below it");
    }
    policies = List.copyOf(policies);
    windows = List.copyOf(windows);
  }

  /**
   * How a fleet shrinks.
   *
   * @param hold a fleet shrinks only to the largest size that any moment of this long has asked
   *     for; may be zero
   */
  public record ScaleIn(Duration hold, Rate atMost) {}

  /** How a fleet grows. */
  public record ScaleOut(Rate atMost) {}

  /**
   * What happens while a signal is missing: for {@code hold} the fleet only may not shrink,
   * afterwards it has {@code thenAtLeast} replicas, and never fewer than it has.
   */
  public record OnMissingSignal(Duration hold, OptionalInt thenAtLeast) {}

  /** What the whole fleet may use of things that others share. */
  public record Budgets(Optional<Connections> connections) {
    public static final Budgets NONE = new Budgets(Optional.empty());
  }

  /**
   * Connections, as to a database: {@code limit} for all, {@code perReplica} for each, a rollout's
   * surge included.
   */
  public record Connections(int limit, int perReplica) {
    public Connections {
      if (limit < 1 || perReplica < 1) {
        throw new IllegalArgumentException(
            "Tried to budget %d connections at %d for each replica; use one or more"
                .formatted(limit, perReplica));
      }
    }

    /** How many replicas the limit is enough for. */
    public int replicas() {
      return limit / perReplica;
    }
  }

  /** These bounds and policies, and every default. */
  public static Scaling of(int min, int max, Policy... policies) {
    return new Scaling(
        min,
        max,
        List.of(policies),
        List.of(),
        new ScaleIn(Defaults.SCALE_IN_HOLD, Defaults.SCALE_IN_RATE),
        new ScaleOut(Defaults.SCALE_OUT_RATE),
        new OnMissingSignal(Defaults.MISSING_HOLD, OptionalInt.empty()),
        Budgets.NONE,
        false);
  }

  /** Always this many: what a process without a {@code scale:} block has. */
  public static Scaling fixed(int size) {
    return of(size, size);
  }

  public Scaling with(ScaleIn scaleIn) {
    return new Scaling(
        min, max, policies, windows, scaleIn, scaleOut, onMissingSignal, budgets, observed);
  }

  public Scaling with(ScaleOut scaleOut) {
    return new Scaling(
        min, max, policies, windows, scaleIn, scaleOut, onMissingSignal, budgets, observed);
  }

  public Scaling with(OnMissingSignal onMissingSignal) {
    return new Scaling(
        min, max, policies, windows, scaleIn, scaleOut, onMissingSignal, budgets, observed);
  }

  public Scaling with(Budgets budgets) {
    return new Scaling(
        min, max, policies, windows, scaleIn, scaleOut, onMissingSignal, budgets, observed);
  }

  public Scaling with(List<Window> windows) {
    return new Scaling(
        min, max, policies, windows, scaleIn, scaleOut, onMissingSignal, budgets, observed);
  }

  /** The same bounds, {@code max} lowered to at most this. */
  public Scaling within(int most) {
    return most >= max
        ? this
        : new Scaling(
            Math.min(min, most),
            most,
            policies,
            windows,
            scaleIn,
            scaleOut,
            onMissingSignal,
            budgets,
            observed);
  }

  /** The same, and never carried out. */
  public Scaling observing() {
    return new Scaling(
        min, max, policies, windows, scaleIn, scaleOut, onMissingSignal, budgets, true);
  }
}
