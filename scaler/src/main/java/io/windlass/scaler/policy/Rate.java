package io.windlass.scaler.policy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;

/**
 * How much a size may change within any stretch of time of this length: {@code at-most: { replicas:
 * 1, every: 1m }}.
 *
 * @param every above zero
 */
public record Rate(Step step, Duration every) {
  public Rate {
    if (every.isNegative() || every.isZero()) {
      throw new IllegalArgumentException(
          "Tried to limit a change to every " + every + "; use a positive duration");
    }
  }

  /** How much. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Replicas.class, name = "replicas"),
    @JsonSubTypes.Type(value = Percent.class, name = "percent")
  })
  public sealed interface Step {}

  /** So many replicas. */
  public record Replicas(int count) implements Step {
    public Replicas {
      if (count < 1) {
        throw new IllegalArgumentException(
            "Tried to limit a change to " + count + " replicas; use one or more");
      }
    }
  }

  /** So many percent of the size at the stretch's beginning; never less than one replica. */
  public record Percent(int percent) implements Step {
    public Percent {
      if (percent < 1) {
        throw new IllegalArgumentException(
            "Tried to limit a change to " + percent + "%; use 1% or more");
      }
    }
  }

  /** How many replicas may come within one stretch that began at this size: a share rounds up. */
  public int growthFrom(int base) {
    return switch (step) {
      case Replicas(int count) -> count;
      case Percent(int percent) ->
          (int) Math.max(1, Math.min(Integer.MAX_VALUE, ((long) base * percent + 99) / 100));
    };
  }

  /**
   * How many replicas may go within one stretch that began at this size: a share rounds down, but
   * to one at least.
   */
  public int shrinkFrom(int base) {
    return switch (step) {
      case Replicas(int count) -> count;
      case Percent(int percent) ->
          (int) Math.max(1, Math.min(Integer.MAX_VALUE, (long) base * percent / 100));
    };
  }

  @Override
  public String toString() {
    String amount =
        switch (step) {
          case Replicas(int count) -> count == 1 ? "1 replica" : count + " replicas";
          case Percent(int percent) -> percent + "%";
        };
    return amount + " every " + Amounts.duration(every);
  }
}
