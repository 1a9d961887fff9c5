package io.windlass.engine.kubernetes.rollout;

import io.windlass.engine.kubernetes.workload.Slot;
import java.util.Set;

/**
 * Moves the requests of one process, one write at a time. At every moment between two writes they
 * go to endpoints that are there: a service gets a weight when it has endpoints, and loses its
 * endpoints when it has no weight.
 */
final class RequestSteps {
  private static final Set<Slot> BOTH = Set.of(Slot.BLUE, Slot.GREEN);

  private RequestSteps() {}

  /** Where requests are to go. */
  sealed interface Goal {
    /** All to one slot. */
    record All(Slot slot) implements Goal {}

    /** To whichever replica is ready, of both slots. */
    record Mixed() implements Goal {}

    /** This part of them to the second service, for {@code next}; the rest to {@code main}. */
    record Weighed(Slot main, Slot next, int percent) implements Goal {}
  }

  /** How far it is. */
  sealed interface Step {
    record Done() implements Step {}

    /** The cluster has yet to follow what was written. */
    record Waits() implements Step {}

    record Does(Action action) implements Step {}
  }

  static Step towards(Goal goal, String process, Requests now) {
    return switch (goal) {
      case Goal.All(var slot) -> all(process, now, slot);
      case Goal.Mixed mixed -> mixed(process, now);
      case Goal.Weighed(var main, var next, var percent) ->
          weighed(process, now, main, next, percent);
    };
  }

  private static Step all(String process, Requests now, Slot slot) {
    if (now.next().isEmpty()) {
      return select(process, now, Set.of(slot));
    }
    Requests.Next next = now.next().get();
    if (now.only(slot)) {
      return now.reached(slot) > 0 ? withdraw(process, next) : new Step.Waits();
    }
    // The second service carries all requests while the first one changes over behind it.
    return next.slot() == slot && next.percent() < 100
        ? weigh(process, next, 100)
        : select(process, now, Set.of(slot));
  }

  private static Step mixed(String process, Requests now) {
    return now.next().isPresent()
        ? withdraw(process, now.next().get())
        : select(process, now, BOTH);
  }

  private static Step weighed(String process, Requests now, Slot main, Slot slot, int percent) {
    if (!now.only(main)) {
      return select(process, now, Set.of(main));
    }
    if (now.next().isEmpty()) {
      return new Step.Does(new Action.Open(process, slot));
    }
    Requests.Next next = now.next().get();
    return next.slot() == slot ? weigh(process, next, percent) : withdraw(process, next);
  }

  private static Step select(String process, Requests now, Set<Slot> slots) {
    return now.selected().equals(slots)
        ? new Step.Done()
        : new Step.Does(new Action.Select(process, slots));
  }

  private static Step weigh(String process, Requests.Next next, int percent) {
    if (next.percent() == percent) {
      return new Step.Done();
    }
    return percent == 0 || next.reached() > 0
        ? new Step.Does(new Action.Weigh(process, percent))
        : new Step.Waits();
  }

  private static Step withdraw(String process, Requests.Next next) {
    return new Step.Does(
        next.percent() > 0 ? new Action.Weigh(process, 0) : new Action.Close(process));
  }
}
