package io.windlass.engine.pipeline;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.windlass.scaler.fleet.Share;
import java.time.Duration;
import java.util.List;

/** How a release takes the place of the one before it. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Strategy.Rolling.class, name = "rolling"),
  @JsonSubTypes.Type(value = Strategy.Canary.class, name = "canary"),
  @JsonSubTypes.Type(value = Strategy.BlueGreen.class, name = "blue-green")
})
public sealed interface Strategy {
  /** What is measured on the way; in the file's order. */
  List<Check> checks();

  /** How long each stage holds, in their order. */
  List<Duration> holds();

  /** The time that is waited on purpose, by all stages together. */
  default Duration held() {
    return holds().stream().reduce(Duration.ZERO, Duration::plus);
  }

  /**
   * New replicas start, become ready and take over one by one.
   *
   * @param hold how long the release is watched once it has all of the fleet
   */
  record Rolling(Duration hold, List<Check> checks) implements Strategy {
    public Rolling {
      checks = List.copyOf(checks);
    }

    @Override
    public List<Duration> holds() {
      return List.of(hold);
    }
  }

  /**
   * The release gets a growing share of replicas and requests, and then all.
   *
   * @param stages of rising weight, at least one
   */
  record Canary(List<Stage> stages, List<Check> checks) implements Strategy {
    public Canary {
      stages = List.copyOf(stages);
      checks = List.copyOf(checks);
    }

    @Override
    public List<Duration> holds() {
      return stages.stream().map(Stage::hold).toList();
    }

    /** A stage without a hold waits for the next look of its checks. */
    @Override
    public Duration held() {
      Duration look = longestLook();
      return holds().stream()
          .map(hold -> hold.compareTo(look) < 0 ? look : hold)
          .reduce(Duration.ZERO, Duration::plus);
    }

    /** The longest time between two looks of a check; nothing where there is none. */
    private Duration longestLook() {
      return checks.stream().map(Check::every).max(Duration::compareTo).orElse(Duration.ZERO);
    }
  }

  /**
   * One share of a canary.
   *
   * @param weight more than nothing and less than all
   * @param hold how long it stays so at least
   * @param approve whether it then waits for a person
   */
  record Stage(Share weight, Duration hold, boolean approve) {}

  /**
   * The release gets as many replicas as the one before it has, then all requests at once.
   *
   * @param hold how long it stands by, without requests
   * @param approve whether the switch then waits for a person
   * @param keep how long the one before stays whole after the switch; ends early when something
   *     newer waits
   */
  record BlueGreen(Duration hold, boolean approve, Duration keep, List<Check> checks)
      implements Strategy {
    public BlueGreen {
      checks = List.copyOf(checks);
    }

    @Override
    public List<Duration> holds() {
      return List.of(hold, keep);
    }
  }
}
