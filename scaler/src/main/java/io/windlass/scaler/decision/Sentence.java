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

  static String of(int current, int result, List<Wish> wishes, List<Clamp> clamps) {
    String what =
        result > current
            ? "Grows from %d to %s".formatted(current, Amounts.replicas(result))
            : result < current
                ? "Shrinks from %d to %s".formatted(current, Amounts.replicas(result))
                : "Stays at " + Amounts.replicas(current);
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
}
