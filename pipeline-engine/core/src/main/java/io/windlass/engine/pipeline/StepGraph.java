package io.windlass.engine.pipeline;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The needs of steps as a graph. Needs that name no step are left out. */
final class StepGraph {

  private final Map<String, Step> steps;
  private final Set<String> done = new HashSet<>();

  StepGraph(Map<String, Step> steps) {
    this.steps = steps;
  }

  /** A chain of needs that comes back to its beginning, which is named at both ends. */
  Optional<List<String>> cycle() {
    for (String name : steps.keySet()) {
      Optional<List<String>> found = from(name, new ArrayList<>());
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  /** Depth is bounded by the number of steps, which {@link Limits} bounds. */
  private Optional<List<String>> from(String name, List<String> path) {
    Step step = steps.get(name);
    if (step == null || done.contains(name)) {
      return Optional.empty();
    }
    int seen = path.indexOf(name);
    path.add(name);
    if (seen >= 0) {
      return Optional.of(List.copyOf(path.subList(seen, path.size())));
    }
    for (String need : step.needs()) {
      Optional<List<String>> found = from(need, path);
      if (found.isPresent()) {
        return found;
      }
    }
    path.removeLast();
    done.add(name);
    return Optional.empty();
  }
}
