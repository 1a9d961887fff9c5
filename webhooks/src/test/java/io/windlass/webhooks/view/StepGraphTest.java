package io.windlass.webhooks.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.run.RunDetail;
import io.windlass.engine.run.StepState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class StepGraphTest {
  private static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");

  @Test
  void aStepStandsRightOfAllThatItNeeds() {
    StepGraph graph =
        graph(step("a"), step("b", "a"), step("c", "b", "a"), step("d")).orElseThrow();

    assertThat(graph.boxes()).extracting(StepGraph.Box::name).containsExactly("a", "b", "c", "d");
    assertThat(graph.boxes()).extracting(StepGraph.Box::x).containsExactly(2, 234, 466, 2);
    assertThat(graph.boxes()).extracting(StepGraph.Box::y).containsExactly(2, 2, 2, 70);
  }

  @Test
  void aNeedThatAnotherNeedBringsAlongIsNotDrawn() {
    StepGraph graph = graph(step("a"), step("b", "a"), step("c", "a", "b")).orElseThrow();

    assertThat(graph.lines())
        .extracting(StepGraph.Line::path)
        .containsExactly("M178 28C206 28 206 28 234 28", "M410 28C438 28 438 28 466 28");
  }

  @Test
  void stepsWithoutNeedsAreNoGraph() {
    assertThat(graph(step("a"), step("b"))).isEmpty();
    assertThat(graph()).isEmpty();
  }

  @Test
  void tooManyStepsAreNoPicture() {
    List<RunDetail.StepView> steps = new ArrayList<>(List.of(step("first")));
    IntStream.range(0, 80).forEach(i -> steps.add(step("s" + i, "first")));

    assertThat(StepGraph.of(steps, NOW)).isEmpty();
  }

  private static Optional<StepGraph> graph(RunDetail.StepView... steps) {
    return StepGraph.of(List.of(steps), NOW);
  }

  private static RunDetail.StepView step(String name, String... needs) {
    return new RunDetail.StepView(
        name,
        List.of("true"),
        List.of(needs),
        false,
        StepState.Status.PENDING,
        Optional.empty(),
        List.of());
  }
}
