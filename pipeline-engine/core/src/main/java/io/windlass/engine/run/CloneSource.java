package io.windlass.engine.run;

import io.windlass.engine.git.CloneUrl;
import io.windlass.engine.git.Credentials;
import io.windlass.engine.source.RepositoryName;
import java.util.Optional;

/** Where a repository is cloned from, by the server's file. */
public record CloneSource(CloneUrl url, Credentials credentials) {
  /** Looks repositories up. */
  @FunctionalInterface
  public interface Lookup {
    /** Empty for a repository that the server's file does not know. */
    Optional<CloneSource> of(RepositoryName repository);
  }
}
