package io.windlass.engine.kubernetes.workload;

import io.windlass.engine.pipeline.Patterns;
import java.util.List;
import java.util.Set;

/**
 * What the operator lets repositories bring beyond what does nobody else any harm.
 *
 * @param kinds of objects, as {@code apiVersion/Kind}
 * @param annotations keys of annotations, and of labels of pods
 * @param tlsSecrets names of Secrets of the namespace that an Ingress may have its certificates in
 */
public record Allowance(Set<String> kinds, Patterns annotations, Patterns tlsSecrets) {
  private static final Patterns NO_NAME = new Patterns(List.of(), false);

  /** Nothing beyond. */
  public static final Allowance NOTHING = new Allowance(Set.of(), NO_NAME, NO_NAME);

  public Allowance {
    kinds = Set.copyOf(kinds);
  }

  /** These kinds, and nothing else. */
  public static Allowance of(String... kinds) {
    return new Allowance(Set.of(kinds), NO_NAME, NO_NAME);
  }
}
