package io.windlass.scaler.decision;

import io.windlass.scaler.policy.Amounts;
import io.windlass.scaler.policy.Wish;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * One sentence that a user understands: what happens, what asked for it, and what had the last
 * word.
 */
final class Sentence {
  private Sentence() {}

  static String of(
      boolean observed, int current, int result, List<Wish> wishes, List<Clamp> clamps) {
    String what =
        result == current
            ? "Stays at " + Amounts.replicas(current)
            : "%s from %d to %s"
                .formatted(verb(observed, result > current), current, Amounts.replicas(result));
    Optional<String> asked =
        wishes.stream()
            .filter(wish -> wish.replicas().isPresent())
            .max(Comparator.comparingInt(wish -> wish.replicas().orElseThrow()))
            .or(() -> wishes.stream().findFirst())
            .map(Wish::why);
    Optional<String> last =
        clamps.isEmpty() ? Optional.empty() : Optional.of(clamps.getLast().why());
    String why =
        asked
            .map(a -> last.map(l -> a + "; but " + l).orElse(a))
            .or(() -> last)
            .orElse("no policy asks for another size");
    return what + ": " + why + ".";
  }

  private static String verb(boolean observed, boolean up) {
    if (observed) {
      return up ? "Would grow" : "Would shrink";
    }
    return up ? "Grows" : "Shrinks";
  }
}
