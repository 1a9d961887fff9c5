package io.windlass.engine.pipeline;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.time.Duration;
import java.util.Optional;

/**
 * Something that is measured of a release while it rolls out, and decides whether it may go on.
 *
 * @param process of which it is measured
 * @param every the time between two looks
 * @param window what rates are taken over
 * @param failures so many looks in a row that find it bad return the release
 * @param noData what a look without data means
 */
public record Check(
    Measure measure,
    String process,
    Bound bound,
    Duration every,
    Duration window,
    int failures,
    NoData noData) {
  /** What is looked at. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Measure.Query.class, name = "query"),
    @JsonSubTypes.Type(value = Measure.BuiltIn.class, name = "signal")
  })
  public sealed interface Measure {
    /** A PromQL expression about one release, whose labels the source adds. */
    record Query(String promQl) implements Measure {}

    /**
     * Something that every target with a router measures by itself.
     *
     * @param atLeast requests of the release in the window; fewer count as no data
     */
    record BuiltIn(Kind kind, int atLeast) implements Measure {}
  }

  /** What is measured without PromQL. */
  public enum Kind {
    /** The share of requests that got no answer, or one of 500 and above. */
    ERROR_RATE("error-rate"),
    /** The mean time of a request, in seconds. */
    LATENCY("latency"),
    /** CPU seconds for each request. */
    CPU_PER_REQUEST("cpu-per-request");

    private final String word;

    Kind(String word) {
      this.word = word;
    }

    /** As the file says. */
    public String word() {
      return word;
    }
  }

  /** Which values are good. */
  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Bound.Within.class, name = "within"),
    @JsonSubTypes.Type(value = Bound.NotWorse.class, name = "not-worse")
  })
  public sealed interface Bound {
    /** Within these; at least one is there. */
    record Within(Optional<Double> min, Optional<Double> max) implements Bound {}

    /**
     * Not much worse than what ran before.
     *
     * @param by the share of the older value that may be added, or taken away
     * @param higher whether a higher value is the worse one
     */
    record NotWorse(double by, boolean higher) implements Bound {}
  }

  /** What a look without data means. */
  public enum NoData {
    /** The release is good. */
    PASS,
    /** Nothing: the stage goes on until there is data, or its time is over. */
    HOLD,
    /** The release is bad. */
    FAIL
  }

  /** What people call it: the signal's word, or the query. */
  public String name() {
    return switch (measure) {
      case Measure.BuiltIn(var kind, var _) -> kind.word();
      case Measure.Query(var promQl) -> promQl;
    };
  }
}
