package io.windlass.webhooks.view;

import io.windlass.engine.run.RunDetail;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The steps of a run laid out from left to right: each stands right of all that it needs. A need
 * that another need brings along is not drawn.
 */
public record StepGraph(int width, int height, List<Box> boxes, List<Line> lines) {
  static final int BOX_WIDTH = 176;
  static final int BOX_HEIGHT = 52;
  private static final int GAP_X = 56;
  private static final int GAP_Y = 16;
  private static final int EDGE = 2;
  private static final int MOST = 80;
  private static final int LONGEST_NAME = 20;

  /** One step. */
  public record Box(int x, int y, String name, String shown, Mark mark, String length) {}

  /** From one step to one that needs it, in SVG's path language. */
  public record Line(String path) {}

  /** Empty where there is nothing to see: no needs, or too many steps to make a picture. */
  public static Optional<StepGraph> of(List<RunDetail.StepView> steps, Instant now) {
    boolean flat = steps.stream().allMatch(step -> step.needs().isEmpty());
    if (flat || steps.size() > MOST) {
      return Optional.empty();
    }
    Map<String, RunDetail.StepView> byName = new HashMap<>();
    steps.forEach(step -> byName.put(step.name(), step));
    Map<String, Integer> columns = new HashMap<>();
    Map<Integer, Integer> heights = new HashMap<>();
    Map<String, Box> boxes = new HashMap<>();
    List<Box> inOrder = new ArrayList<>();
    for (RunDetail.StepView step : steps) {
      int column = column(step, byName, columns);
      int row = heights.merge(column, 1, Integer::sum) - 1;
      Box box =
          new Box(
              EDGE + column * (BOX_WIDTH + GAP_X),
              EDGE + row * (BOX_HEIGHT + GAP_Y),
              step.name(),
              shown(step.name()),
              Marks.of(step.status()),
              Words.length(step.attempts(), now));
      boxes.put(step.name(), box);
      inOrder.add(box);
    }
    int wide = columns.values().stream().mapToInt(Integer::intValue).max().orElse(0) + 1;
    int high = heights.values().stream().mapToInt(Integer::intValue).max().orElse(1);
    return Optional.of(
        new StepGraph(
            2 * EDGE + wide * BOX_WIDTH + (wide - 1) * GAP_X,
            2 * EDGE + high * BOX_HEIGHT + (high - 1) * GAP_Y,
            inOrder,
            lines(steps, byName, boxes)));
  }

  /** The longest way from a step without needs. The reader has refused graphs with a circle. */
  private static int column(
      RunDetail.StepView step,
      Map<String, RunDetail.StepView> byName,
      Map<String, Integer> columns) {
    Integer known = columns.get(step.name());
    if (known != null) {
      return known;
    }
    int column = 0;
    for (String need : step.needs()) {
      RunDetail.StepView needed = byName.get(need);
      if (needed != null) {
        column = Math.max(column, 1 + column(needed, byName, columns));
      }
    }
    columns.put(step.name(), column);
    return column;
  }

  private static List<Line> lines(
      List<RunDetail.StepView> steps,
      Map<String, RunDetail.StepView> byName,
      Map<String, Box> boxes) {
    List<Line> lines = new ArrayList<>();
    for (RunDetail.StepView step : steps) {
      Set<String> brought = new HashSet<>();
      step.needs().forEach(need -> gather(need, byName, brought));
      Box to = boxes.get(step.name());
      for (String need : step.needs()) {
        Box from = boxes.get(need);
        if (from != null && to != null && !brought.contains(need)) {
          lines.add(line(from, to));
        }
      }
    }
    return lines;
  }

  private static void gather(
      String step, Map<String, RunDetail.StepView> byName, Set<String> found) {
    RunDetail.StepView known = byName.get(step);
    for (String need : known == null ? List.<String>of() : known.needs()) {
      if (found.add(need)) {
        gather(need, byName, found);
      }
    }
  }

  private static Line line(Box from, Box to) {
    int x = from.x() + BOX_WIDTH;
    int y = from.y() + BOX_HEIGHT / 2;
    int endY = to.y() + BOX_HEIGHT / 2;
    int middle = x + GAP_X / 2;
    return new Line(
        "M%d %dC%d %d %d %d %d %d"
            .formatted(x, y, middle, y, to.x() - GAP_X / 2, endY, to.x(), endY));
  }

  private static String shown(String name) {
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME - 1) + "…";
  }
}
