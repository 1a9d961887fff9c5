package io.windlass.scaler.decision;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.windlass.scaler.fleet.Replica.State;
import io.windlass.scaler.policy.Policy;
import io.windlass.scaler.policy.Scaling;
import io.windlass.scaler.policy.Scaling.Budgets;
import io.windlass.scaler.policy.Scaling.Connections;
import io.windlass.scaler.policy.Window;
import io.windlass.scaler.signal.Signal;
import io.windlass.scaler.syntax.Cron;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class DecisionJsonTest {
  private final ObjectMapper json =
      JsonMapper.builder()
          .addModule(new Jdk8Module())
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .build();

  @Test
  void a_decision_and_its_memory_come_back_as_they_were() throws Exception {
    Scene scene = Scene.cpu(1, 20, 4).settled();
    scene.cpu(0.9).step();
    scene.pass(Scene.TICK).cpu(0.2).last(1, State.STARTING);
    scene.writer = Optional.of("kubectl");
    scene.size(7);
    Decision decision = scene.decide();

    assertThat(json.readValue(json.writeValueAsString(decision), Decision.class))
        .isEqualTo(decision);
    assertThat(json.readValue(json.writeValueAsString(scene.memory), Memory.class))
        .isEqualTo(scene.memory);
  }

  @Test
  void a_policy_comes_back_as_it_was() throws Exception {
    Scaling scaling =
        Scaling.of(2, 9, Scene.CPU_60, Policy.TargetTracking.of(new Signal.PromQl("up"), 3))
            .with(new Budgets(Optional.of(new Connections(100, 5))))
            .with(
                List.of(
                    new Window(
                        Cron.of("30 8 * * 1-5"),
                        ZoneId.of("Europe/Paris"),
                        Duration.ofHours(10),
                        OptionalInt.of(6),
                        OptionalInt.empty())));

    assertThat(json.readValue(json.writeValueAsString(scaling), Scaling.class)).isEqualTo(scaling);
  }
}
