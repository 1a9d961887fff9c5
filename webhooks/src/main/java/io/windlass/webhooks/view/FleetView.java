package io.windlass.webhooks.view;

import io.windlass.scaler.control.LoggedDecision;
import io.windlass.scaler.control.Mode;
import io.windlass.scaler.decision.Decision;
import io.windlass.scaler.fleet.FleetId;
import java.time.Instant;
import java.util.Optional;

/**
 * A fleet as the scaler last saw it.
 *
 * @param wanted the size that is set, or that was just decided
 * @param at when it was last evaluated
 * @param sentence what was decided and why
 * @param problem why the last evaluation or resize went wrong
 * @param observed whether decisions for it are only recorded; its sentence says what they would do
 */
public record FleetView(
    FleetId id,
    Mark mark,
    int wanted,
    int ready,
    int starting,
    Optional<Instant> at,
    Optional<String> sentence,
    Optional<String> problem,
    boolean observed) {
  /**
   * Makes the view.
   *
   * @param latest empty before the first evaluation
   */
  public static FleetView of(
      FleetId id, Optional<LoggedDecision> latest, Optional<String> problem) {
    if (latest.isEmpty()) {
      Mark mark = problem.isPresent() ? Mark.bad("problem") : Mark.none("not looked at yet");
      return new FleetView(id, mark, 0, 0, 0, Optional.empty(), Optional.empty(), problem, false);
    }
    LoggedDecision row = latest.get();
    Decision decision = row.decision();
    boolean observed = row.mode() == Mode.OBSERVE;
    Optional<String> wrong =
        problem.or(() ->
            row.outcome() == LoggedDecision.Outcome.FAILED
                ? Optional.of("its size could not be set: " + row.error())
                : Optional.empty());
    boolean carriedOut = row.outcome() != LoggedDecision.Outcome.OBSERVED;
    int wanted = carriedOut ? decision.result() : decision.current();
    return new FleetView(
        id,
        mark(decision, wanted, carriedOut && decision.changes(), wrong.isPresent()),
        wanted,
        decision.ready(),
        decision.starting(),
        Optional.of(row.last()),
        Optional.of(decision.sentence()),
        wrong,
        observed);
  }

  private static Mark mark(Decision decision, int wanted, boolean resized, boolean wrong) {
    if (wrong) {
      return Mark.bad("problem");
    }
    int missing = wanted - decision.ready();
    if (missing <= 0) {
      return decision.starting() > 0 ? Mark.busy("replacing") : Mark.good("all ready");
    }
    return decision.starting() > 0 || resized
        ? Mark.busy("growing")
        : Mark.bad(missing + " not ready");
  }

  /** Whether something moves, so that a page should look again soon. */
  public boolean moving() {
    return mark.look().equals("busy");
  }

  /** Sizes before the first evaluation are not known. */
  public String count(int number) {
    return at.isPresent() ? Integer.toString(number) : "–";
  }
}
