package io.windlass.engine.rollout;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * How one thing at a target would change, in words that a user reads. Holds no secret's value.
 *
 * @param subject the thing, {@code process web} or {@code Deployment shop-web}
 * @param lines what of it, by path; empty where it comes or goes as a whole and there is nothing
 *     more to say
 */
public record Change(String subject, Kind kind, List<Line> lines) {
  public Change {
    lines = List.copyOf(lines);
  }

  /** What becomes of the thing. */
  public enum Kind {
    ADDED,
    CHANGED,
    REMOVED
  }

  /**
   * One value.
   *
   * @param path within the thing, {@code env.LOG_LEVEL}
   * @param before empty where it is new
   * @param after empty where it goes
   */
  public record Line(String path, Optional<String> before, Optional<String> after) {}

  /** Sentences for people, with the changes. */
  public static Change said(String subject, List<String> sentences) {
    return new Change(
        subject,
        Kind.CHANGED,
        sentences.stream()
            .map(text -> new Line(subject, Optional.empty(), Optional.of(text)))
            .toList());
  }

  /** Why the target would not take what is to be brought. */
  public static Change refused(List<String> reasons) {
    return said("refused", reasons);
  }

  /**
   * The difference of a thing that is described by its values' paths.
   *
   * @param before empty where it is new
   * @param after empty where it goes
   * @return empty where nothing changes
   */
  public static Optional<Change> between(
      String subject,
      Optional<? extends Map<String, String>> before,
      Optional<? extends Map<String, String>> after) {
    SortedMap<String, Line> lines = new TreeMap<>();
    before.ifPresent(old ->
        old.forEach((path, value) ->
            lines.put(path, new Line(path, Optional.of(value), Optional.empty()))));
    after.ifPresent(next ->
        next.forEach((path, value) -> {
          Optional<String> old = before.map(values -> values.get(path));
          if (old.filter(value::equals).isPresent()) {
            lines.remove(path);
          } else {
            lines.put(path, new Line(path, old, Optional.of(value)));
          }
        }));
    boolean same = before.isPresent() && after.isPresent() && lines.isEmpty();
    boolean nowhere = before.isEmpty() && after.isEmpty();
    if (same || nowhere) {
      return Optional.empty();
    }
    Kind kind = before.isEmpty() ? Kind.ADDED : after.isEmpty() ? Kind.REMOVED : Kind.CHANGED;
    return Optional.of(new Change(subject, kind, new ArrayList<>(lines.values())));
  }
}
