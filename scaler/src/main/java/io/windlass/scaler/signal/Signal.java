package io.windlass.scaler.signal;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;

/**
 * One measured series of a fleet. {@link #name()} is the word of every explanation, and of the
 * {@code scale:} block where that knows the signal; errors, counts and times of requests, and CPU
 * time are for comparing releases.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Signal.Cpu.class, name = "cpu"),
  @JsonSubTypes.Type(value = Signal.NetworkIn.class, name = "network-in"),
  @JsonSubTypes.Type(value = Signal.NetworkOut.class, name = "network-out"),
  @JsonSubTypes.Type(value = Signal.Requests.class, name = "requests"),
  @JsonSubTypes.Type(value = Signal.RequestCount.class, name = "request-count"),
  @JsonSubTypes.Type(value = Signal.InFlight.class, name = "in-flight"),
  @JsonSubTypes.Type(value = Signal.Errors.class, name = "errors"),
  @JsonSubTypes.Type(value = Signal.RequestTime.class, name = "request-time"),
  @JsonSubTypes.Type(value = Signal.CpuTime.class, name = "cpu-time"),
  @JsonSubTypes.Type(value = Signal.PromQl.class, name = "promql")
})
public sealed interface Signal {
  /** Its word; {@code query} for PromQL. */
  String name();

  /**
   * CPU time per second of each replica as a share of its CPU limit: 1 means the whole limit. Where
   * a replica asks for no CPU, its share of the host's cores takes the limit's place.
   */
  record Cpu() implements Signal {
    @Override
    public String name() {
      return "cpu";
    }
  }

  /** Bytes received per second by each replica. */
  record NetworkIn() implements Signal {
    @Override
    public String name() {
      return "network-in";
    }
  }

  /** Bytes sent per second by each replica. */
  record NetworkOut() implements Signal {
    @Override
    public String name() {
      return "network-out";
    }
  }

  /** Requests answered per second by each replica. */
  record Requests() implements Signal {
    @Override
    public String name() {
      return "requests";
    }
  }

  /**
   * Requests answered by each replica within the window, as they were counted: a rate over a few
   * seconds says nothing about how many there were.
   */
  record RequestCount() implements Signal {
    @Override
    public String name() {
      return "request-count";
    }
  }

  /** Requests under way in each replica. */
  record InFlight() implements Signal {
    @Override
    public String name() {
      return "in-flight";
    }
  }

  /** Requests per second of each replica that got no answer, or one of 500 and above. */
  record Errors() implements Signal {
    @Override
    public String name() {
      return "errors";
    }
  }

  /**
   * Seconds per second that each replica took for requests that ended: divided by their rate, the
   * mean time of one.
   */
  record RequestTime() implements Signal {
    @Override
    public String name() {
      return "request-time";
    }
  }

  /** CPU seconds per second of each replica, whatever its limit. */
  record CpuTime() implements Signal {
    @Override
    public String name() {
      return "cpu-time";
    }
  }

  /**
   * Whatever a PromQL expression says about the whole fleet, or about each replica where its result
   * keeps the label {@code replica}. Written without the fleet's labels, which the source adds; may
   * hold {@code $window}.
   */
  record PromQl(String expression) implements Signal {
    @Override
    public String name() {
      return "query";
    }
  }
}
