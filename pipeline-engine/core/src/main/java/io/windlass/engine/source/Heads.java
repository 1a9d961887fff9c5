package io.windlass.engine.source;

import java.util.Map;

/**
 * Lists a repository's branches and tags over Git itself, which costs none of an API's requests.
 */
@FunctionalInterface
public interface Heads {
  /** Contract as {@link SourceHost#heads}. */
  Answer<Map<Ref, String>> of(RepositoryName repository) throws SourceHostException;
}
