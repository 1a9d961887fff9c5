package io.windlass.scaler.decision;

import io.windlass.scaler.decision.Rules.Verdict;
import io.windlass.scaler.policy.Window;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What the open windows allow. Of several floors the highest counts, of several ceilings the
 * lowest; where they cross, the floor wins, because too many replicas cost less than too few.
 */
final class Schedule {
  private Schedule() {}

  static Optional<Verdict> rule(Situation s, int size) {
    List<Window> open =
        s.scaling().windows().stream().filter(window -> window.openAt(s.now())).toList();
    Optional<Window> floor =
        open.stream()
            .filter(w -> w.min().isPresent())
            .max(Comparator.comparingInt(w -> w.min().orElseThrow()));
    if (floor.isPresent() && size <= floor.get().min().orElseThrow()) {
      return Optional.of(verdict(floor.get(), floor.get().min().orElseThrow(), "at least"));
    }
    int atLeast = floor.map(w -> w.min().orElseThrow()).orElse(0);
    return open.stream()
        .filter(w -> w.max().isPresent())
        .min(Comparator.comparingInt(w -> w.max().orElseThrow()))
        .filter(w -> size > w.max().orElseThrow())
        .map(w -> verdict(w, Math.max(atLeast, w.max().orElseThrow()), "at most"));
  }

  private static Verdict verdict(Window window, int size, String bound) {
    return new Verdict(
        size,
        "the window \"%s\" (%s) asks for %s %d"
            .formatted(window.cron(), window.timezone(), bound, size));
  }
}
