package io.windlass.engine.pipeline;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The needs of steps as a graph. Needs that name no step are left out. */
final class StepGraph {

  private final Map<String, Step> steps;
  private final Set<String> done = new HashSet<>();
  private final List<List<String>> cycles = new ArrayList<>();

  StepGraph(Map<String, Step> steps) {
    this.steps = steps;
  }

  /** Chains of needs that come back to their beginning, which is named at both ends. */
  List<List<String>> cycles() {
    steps.keySet().forEach(name -> walk(name, new ArrayList<>()));
    return List.copyOf(cycles);
  }

  /** Depth is bounded by the number of steps, which {@link Limits} bounds. */
  private void walk(String name, List<String> path) {
    Step step = steps.get(name);
    if (step == null || done.contains(name)) {
      return;
    }
    int seen = path.indexOf(name);
    if (seen >= 0) {
      List<String> cycle = new ArrayList<>(path.subList(seen, path.size()));
      cycle.add(name);
      cycles.add(List.copyOf(cycle));
      return;
    }
    path.add(name);
    step.needs().forEach(need -> walk(need, path));
    path.removeLast();
    done.add(name);
  }
}
