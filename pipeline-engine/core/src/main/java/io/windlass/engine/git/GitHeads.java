package io.windlass.engine.git;

import io.windlass.engine.source.Answer;
import io.windlass.engine.source.Heads;
import io.windlass.engine.source.Ref;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.SourceHostException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** {@link Heads} by {@code ls-remote}: one request, nothing fetched. */
public final class GitHeads implements Heads {
  private final Mirrors mirrors;
  private final Function<RepositoryName, Optional<Origin>> origins;

  /** Where a repository is and what opens it. */
  public record Origin(CloneUrl url, Credentials credentials) {}

  /** Asks {@code origins} at each call, as operators add repositories while the server runs. */
  public GitHeads(Mirrors mirrors, Function<RepositoryName, Optional<Origin>> origins) {
    this.mirrors = mirrors;
    this.origins = origins;
  }

  @Override
  public Answer<Map<Ref, String>> of(RepositoryName repository) throws SourceHostException {
    Optional<Origin> origin = origins.apply(repository);
    if (origin.isEmpty()) {
      return new Answer.Refused<>(
          "Tried to list the branches of "
              + repository
              + " but it is not configured; add it first");
    }
    try {
      return new Answer.Given<>(
          mirrors.remoteHeads(repository, origin.get().url(), origin.get().credentials()).refs());
    } catch (GitException failed) {
      return switch (failed.fault()) {
        case REPOSITORY, SETUP -> new Answer.Refused<>(String.valueOf(failed.getMessage()));
        case WORLD -> throw new SourceHostException(String.valueOf(failed.getMessage()), failed);
      };
    }
  }
}
