package io.windlass.engine.kubernetes.apply;

import java.util.List;
import java.util.Locale;

/**
 * What would change in a namespace, or what has changed behind our back.
 *
 * @param changes of all objects that were looked at, also of those that stay as they are
 * @param notes sentences for people
 */
public record Plan(List<Change> changes, List<String> notes) {
  public Plan {
    changes = List.copyOf(changes);
    notes = List.copyOf(notes);
  }

  /** The ends that an object can come to. */
  public enum What {
    CREATE,
    CHANGE,
    DELETE,
    KEEP,
    /** The cluster, or somebody who owns a field, would not let it be applied. */
    REFUSED
  }

  /**
   * What becomes of one object.
   *
   * @param text hunks of a unified difference; empty for {@code KEEP}
   * @param refusal why it would not be applied; empty where it would
   */
  public record Change(ObjectRef object, What what, String text, String refusal) {}

  /** Whether nothing would change, or has changed. */
  public boolean isEmpty() {
    return changes.stream().allMatch(change -> change.what() == What.KEEP);
  }

  /** All of it, as a terminal and a comment show it. */
  public String text() {
    var text = new StringBuilder();
    for (Change change : changes) {
      if (change.what() == What.KEEP) {
        continue;
      }
      text.append(change.what().name().toLowerCase(Locale.ROOT))
          .append(' ')
          .append(change.object())
          .append('\n');
      if (!change.refusal().isEmpty()) {
        text.append("  ").append(change.refusal()).append('\n');
      }
      change.text().lines().forEach(line -> text.append("  ").append(line).append('\n'));
    }
    long kept = changes.stream().filter(change -> change.what() == What.KEEP).count();
    if (kept > 0) {
      text.append(kept == 1 ? "1 object stays" : kept + " objects stay").append(" as they are\n");
    }
    notes.forEach(note -> text.append(note).append('\n'));
    return text.toString();
  }
}
