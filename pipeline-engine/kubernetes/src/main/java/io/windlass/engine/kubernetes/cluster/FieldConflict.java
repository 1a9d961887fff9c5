package io.windlass.engine.kubernetes.cluster;

/**
 * A field that somebody else owns and has given another value than we would.
 *
 * @param manager as the API server calls it, {@code kubectl-edit}
 * @param field as the API server writes it, {@code
 *     .spec.template.spec.containers[name="web"].image}
 */
public record FieldConflict(String manager, String field) {
  /**
   * The annotation by which somebody who may change the object lets us take fields from the manager
   * that it names, once.
   */
  public static final String TAKE_FROM = "windlass.io/take-from";

  @Override
  public String toString() {
    return "%s belongs to \"%s\"".formatted(field, manager);
  }
}
