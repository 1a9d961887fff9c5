package io.windlass.engine.git;

import java.util.Set;

/**
 * What differs between two commits; a renamed file counts under both names.
 *
 * @param paths repository-relative, with {@code /}
 * @param complete false when there were more than {@link #MOST}, or nothing to compare with: then a
 *     path filter must let the commit through
 * @param comparedWith the commit that was compared with; {@link io.windlass.engine.source.Sha#NONE}
 *     for none
 */
public record ChangedPaths(Set<String> paths, boolean complete, String comparedWith) {
  public static final int MOST = 10_000;

  public ChangedPaths {
    paths = Set.copyOf(paths);
  }
}
