package io.windlass.scaler.policy;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.windlass.scaler.signal.Signal;
import java.time.Duration;

/**
 * A rule that says how large a fleet should be. Policies do not know each other: the largest wish
 * wins.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes(@JsonSubTypes.Type(value = Policy.TargetTracking.class, name = "target-tracking"))
public sealed interface Policy {
  /** What it looks at. */
  Signal signal();

  /** What the signal's rates are taken over. */
  Duration window();

  /**
   * Tells it from its fleet's other policies, now and after a restart: the signal's name, or the
   * PromQL itself.
   */
  default String key() {
    return switch (signal()) {
      case Signal.PromQl(String expression) -> "query " + expression;
      case Signal.Cpu cpu -> cpu.name();
      case Signal.NetworkIn in -> in.name();
      case Signal.NetworkOut out -> out.name();
      case Signal.Requests requests -> requests.name();
      case Signal.RequestCount count -> count.name();
      case Signal.InFlight inFlight -> inFlight.name();
      case Signal.Errors errors -> errors.name();
      case Signal.RequestTime requestTime -> requestTime.name();
      case Signal.CpuTime cpuTime -> cpuTime.name();
    };
  }

  /**
   * Keeps what the fleet does as a whole, divided by its size, at a target: it wishes for {@code
   * ceil(total / perReplica)} replicas, and for no change within {@link Defaults#TOLERANCE}.
   *
   * @param perReplica in the signal's own unit: a share of the CPU limit, bytes per second,
   *     requests per second, requests, or what the PromQL counts; above zero
   */
  record TargetTracking(Signal signal, double perReplica, Duration window) implements Policy {
    public TargetTracking {
      if (!(perReplica > 0) || !Double.isFinite(perReplica)) {
        throw new IllegalArgumentException(
            "Tried to track \"%s\" at %s for each replica; use a number above zero"
                .formatted(signal.name(), perReplica));
      }
    }

    /** Over the usual window. */
    public static TargetTracking of(Signal signal, double perReplica) {
      return new TargetTracking(signal, perReplica, Defaults.SIGNAL_WINDOW);
    }
  }
}
