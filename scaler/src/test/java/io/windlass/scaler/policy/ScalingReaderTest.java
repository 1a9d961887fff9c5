package io.windlass.scaler.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.scaler.policy.Rate.Percent;
import io.windlass.scaler.policy.Rate.Replicas;
import io.windlass.scaler.policy.Scaling.Budgets;
import io.windlass.scaler.policy.Scaling.Connections;
import io.windlass.scaler.policy.Scaling.OnMissingSignal;
import io.windlass.scaler.policy.Scaling.ScaleIn;
import io.windlass.scaler.policy.Scaling.ScaleOut;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.syntax.Cron;
import io.windlass.scaler.syntax.Problem;
import io.windlass.scaler.syntax.Problems;
import io.windlass.scaler.syntax.Source;
import io.windlass.scaler.syntax.Yaml;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalingReaderTest {
  private final Problems problems = new Problems();

  @Test
  void reads_the_short_form() {
    assertThat(read("{ min: 2, max: 6, cpu: 60% }"))
        .contains(Scaling.of(2, 6, Policy.TargetTracking.of(new Signal.Cpu(), 0.6)));
    assertThat(problems.list()).isEmpty();
  }

  @Test
  void reads_everything_that_the_long_form_has() {
    Optional<Scaling> scaling =
        read(
            """
            min: 2
            max: 20
            policies:
              - cpu: 60%
              - network-in: 40MiB/s
              - network-out: 1.5MiB/s
              - requests: 200/s
              - in-flight: 8
              - query: { promql: 'sum(rate(http_requests_total[$window]))', per-replica: 200 }
            windows:
              - { cron: "30 8 * * 1-5", timezone: Europe/Paris, for: 10h, min: 6 }
            scale-in: { hold: 5m, at-most: { replicas: 1, every: 1m } }
            scale-out: { at-most: { percent: 100, every: 15s } }
            on-missing-signal: { hold: 10m, then-at-least: 6 }
            budgets: { connections: { limit: 100, per-replica: 5 } }
            mode: observe
            """);

    assertThat(problems.list()).isEmpty();
    assertThat(scaling)
        .contains(
            new Scaling(
                2,
                20,
                List.of(
                    Policy.TargetTracking.of(new Signal.Cpu(), 0.6),
                    Policy.TargetTracking.of(new Signal.NetworkIn(), 40 * 1024 * 1024),
                    Policy.TargetTracking.of(new Signal.NetworkOut(), 1.5 * 1024 * 1024),
                    Policy.TargetTracking.of(new Signal.Requests(), 200),
                    Policy.TargetTracking.of(new Signal.InFlight(), 8),
                    Policy.TargetTracking.of(
                        new Signal.PromQl("sum(rate(http_requests_total[$window]))"), 200)),
                List.of(
                    new Window(
                        Cron.of("30 8 * * 1-5"),
                        ZoneId.of("Europe/Paris"),
                        Duration.ofHours(10),
                        OptionalInt.of(6),
                        OptionalInt.empty())),
                new ScaleIn(
                    Duration.ofMinutes(5), new Rate(new Replicas(1), Duration.ofMinutes(1))),
                new ScaleOut(new Rate(new Percent(100), Duration.ofSeconds(15))),
                new OnMissingSignal(Duration.ofMinutes(10), OptionalInt.of(6)),
                new Budgets(Optional.of(new Connections(100, 5))),
                true));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ max: 6 } | key \"min\" is missing",
        "{ min: 2 } | key \"max\" is missing",
        "{ min: 7, max: 6 } | max 6 is below min 7",
        "{ min: 0, max: 6 } | scaling to zero is not supported yet by this version",
        "{ min: 1, max: 6, cpu: 60%, policies: [{ cpu: 60% }] } | says the same thing twice",
        "{ min: 1, max: 6, cpu: 60 } | a share such as 60%",
        "{ min: 1, max: 6, cpu: 0% } | the target must be above zero",
        "{ min: 1, max: 6, mode: off } | one of act, observe",
        "{ min: 1, max: 6, cpuu: 60% } | did you mean \"cpu\"",
        "{ min: 1, max: 6, policies: [{ cpu: 60%, requests: 5/s }] } | a policy has one key, this one has 2",
        "{ min: 1, max: 6, policies: [{}] } | a policy has one key, this one has 0",
        "{ min: 1, max: 6, policies: [{ cpu: 60% }, { cpu: 70% }] } | \"cpu\" stands in two policies",
        "{ min: 1, max: 6, policies: [{ bands: { signal: cpu } }] } | \"bands\" is not supported yet by this version",
        "{ min: 1, max: 6, policies: [{ network-in: 40 }] } | a rate such as 40MiB/s",
        "{ min: 1, max: 6, policies: [{ requests: 200 }] } | requests a second such as 200/s",
        "{ min: 1, max: 6, policies: [{ query: { promql: up } }] } | key \"per-replica\" is missing",
        "{ min: 1, max: 6, policies: [{ query: { promql: '', per-replica: 2 } }] } | found the end at character 1",
        "{ min: 1, max: 6, policies: [{ query: { promql: 'sum(up', per-replica: 2 } }] } | found the end at character 7",
        "{ min: 1, max: 6, windows: [{ cron: '* * * *', for: 1h, min: 2 }] } | 4 fields",
        "{ min: 1, max: 6, windows: [{ cron: '0 8 * * *', for: 1h }] } | a window needs \"min\", \"max\" or both",
        "{ min: 1, max: 6, windows: [{ cron: '0 8 * * *', for: 1h, min: 9 }] } | a whole number from 1 to 6",
        "{ min: 1, max: 6, windows: [{ cron: '0 8 * * *', for: 1h, min: 4, max: 3 }] } | max 3 is below min 4",
        "{ min: 1, max: 6, scale-in: { at-most: { every: 1m } } } | either \"replicas\" or \"percent\"",
        "{ min: 1, max: 6, scale-in: { at-most: { replicas: 1, percent: 5, every: 1m } } } | either \"replicas\" or \"percent\"",
        "{ min: 1, max: 6, scale-out: { hold: 1m } } | \"hold\" is not supported yet by this version",
        "{ min: 1, max: 6, on-missing-signal: { then-at-least: 7 } } | a whole number from 1 to 6",
        "{ min: 4, max: 6, budgets: { connections: { limit: 10, per-replica: 5 } } } | enough for 2, below min 4",
      })
  void refuses_what_it_could_not_keep(String yaml, String expected) {
    assertThat(read(yaml)).isEmpty();
    assertThat(problems.list())
        .extracting(Problem::message)
        .anySatisfy(m -> assertThat(m).contains(expected));
  }

  @Test
  void says_every_mistake_at_once_and_where() {
    read(
        """
        min: 3
        max: 2
        policies:
          - cpu: much
          - query: { promql: up }
        scale-in: { hold: soon }
        """);

    assertThat(problems.list())
        .extracting(Problem::toString)
        .satisfiesExactly(
            one -> assertThat(one).startsWith("scale.yaml:2:1: scale.max: max 2 is below min 3"),
            two -> assertThat(two).startsWith("scale.yaml:4:10: scale.policies[0].cpu"),
            three -> assertThat(three).startsWith("scale.yaml:5:12: scale.policies[1].query"),
            four -> assertThat(four).startsWith("scale.yaml:6:19: scale.scale-in.hold"));
  }

  private Optional<Scaling> read(String yaml) {
    return Yaml.read(new Source("scale.yaml", yaml), problems)
        .flatMap(node -> ScalingReader.read(node, problems));
  }
}
