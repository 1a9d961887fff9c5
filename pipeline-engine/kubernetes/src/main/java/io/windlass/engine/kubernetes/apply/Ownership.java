package io.windlass.engine.kubernetes.apply;

import io.fabric8.kubernetes.api.model.FieldsV1;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Who owns which field, as the API server keeps it in {@code metadata.managedFields}. */
public final class Ownership {
  /** What we apply is owned by this manager. */
  public static final String ENGINE = "windlass";

  /** The scaler's, which owns {@code spec.replicas} and nothing else. */
  public static final String SCALER = "windlass-scaler";

  private static final List<String> REPLICAS = List.of("f:spec", "f:replicas");

  private Ownership() {}

  /** Whether this manager owns an object's {@code spec.replicas}, alone or with others. */
  public static boolean ownsReplicas(HasMetadata object, String manager) {
    return replicas(object).anyMatch(entry -> manager.equals(entry.getManager()));
  }

  /** Who wrote {@code spec.replicas} last; empty where nobody owns it, as after a default. */
  public static Optional<String> lastWriterOfReplicas(HasMetadata object) {
    return replicas(object)
        .max((a, b) -> String.valueOf(a.getTime()).compareTo(String.valueOf(b.getTime())))
        .map(ManagedFieldsEntry::getManager);
  }

  /** When we changed the object last; empty where we never did. */
  public static Optional<Instant> applied(HasMetadata object) {
    List<ManagedFieldsEntry> entries = object.getMetadata().getManagedFields();
    return entries == null
        ? Optional.empty()
        : entries.stream()
            .filter(entry -> ENGINE.equals(entry.getManager()))
            .map(ManagedFieldsEntry::getTime)
            .filter(Objects::nonNull)
            .map(Instant::parse)
            .max(Comparator.naturalOrder());
  }

  private static Stream<ManagedFieldsEntry> replicas(HasMetadata object) {
    List<ManagedFieldsEntry> entries = object.getMetadata().getManagedFields();
    return entries == null
        ? Stream.of()
        : entries.stream().filter(entry -> has(entry.getFieldsV1(), REPLICAS));
  }

  private static boolean has(FieldsV1 fields, List<String> path) {
    Object at = fields == null ? Map.of() : fields.getAdditionalProperties();
    for (String step : path) {
      if (!(at instanceof Map<?, ?> map) || !map.containsKey(step)) {
        return false;
      }
      at = map.get(step);
    }
    return true;
  }
}
