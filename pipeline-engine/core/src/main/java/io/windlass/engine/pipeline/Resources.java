package io.windlass.engine.pipeline;

import io.windlass.scaler.syntax.Fields;
import io.windlass.scaler.syntax.Node;
import io.windlass.scaler.syntax.Problems;
import java.util.Optional;

/**
 * What a program asks for; what it does not name is up to where it runs.
 *
 * @param cpuMillis thousandths of a core
 */
public record Resources(Optional<Integer> cpuMillis, Optional<Long> memoryBytes) {
  public static final Resources UNSAID = new Resources(Optional.empty(), Optional.empty());

  private static final int MOST_CPU = 1_000_000;
  private static final long LEAST_MEMORY = 1L << 20;

  static Optional<Resources> read(Node node, String path, Problems problems) {
    return Fields.of(node, path, problems)
        .map(f -> {
          var cpu = within(f, "cpu", f.millicores("cpu"), 1, MOST_CPU, "1m and at most 1000");
          var memory = within(f, "memory", f.bytes("memory"), LEAST_MEMORY, Long.MAX_VALUE, "1Mi");
          f.done();
          return new Resources(cpu, memory);
        });
  }

  static <T extends Number> Optional<T> within(
      Fields f, String key, Optional<T> value, long least, long most, String words) {
    return value.filter(v -> {
      boolean good = v.longValue() >= least && v.longValue() <= most;
      if (!good) {
        f.node(key).ifPresent(n -> f.problems().wrong(n, f.path(key), "at least " + words));
      }
      return good;
    });
  }
}
