package io.windlass.engine.repository;

import io.windlass.engine.journal.Database;
import io.windlass.engine.repository.RepositoryEvent.OpenPullRequest;
import io.windlass.engine.source.Answer;
import io.windlass.engine.source.Intent;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.SourceHost;
import io.windlass.engine.source.SourceHostException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * Compares the heads of open pull requests with what is decided, as {@link HeadsLook} does for
 * branches. The host's API is asked and not {@code refs/pull/*}: that lists the closed ones too,
 * and says neither where a head comes from nor what it would be merged into.
 */
final class PullRequestsLook {
  private final Database database;
  private final Function<RepositoryName, Optional<SourceHost>> hosts;

  PullRequestsLook(Database database, Function<RepositoryName, Optional<SourceHost>> hosts) {
    this.database = database;
    this.hosts = hosts;
  }

  RepositoryEvent at(String repository) throws SourceHostException {
    var name = RepositoryName.of(repository);
    Optional<SourceHost> host = hosts.apply(name);
    if (host.isEmpty()) {
      return new RepositoryEvent.PullRequestsUnknown(CommitReader.unknown(repository));
    }
    Map<String, HeadTable.Known> known =
        database.read(tx -> HeadTable.pullRequests(tx, repository));
    return switch (host.get().openPullRequests(name)) {
      case Answer.Given<List<Intent.PullRequest>>(var open) -> compare(known, open);
      case Answer.RateLimited<List<Intent.PullRequest>>(Instant _, String reason) ->
          new RepositoryEvent.PullRequestsUnknown(reason);
      case Answer.Refused<List<Intent.PullRequest>>(String reason) ->
          new RepositoryEvent.PullRequestsUnknown(reason);
    };
  }

  /** A pull request that is not open any more keeps its row: it may be opened again. */
  static RepositoryEvent compare(
      Map<String, HeadTable.Known> known, List<Intent.PullRequest> open) {
    List<OpenPullRequest> differing =
        open.stream()
            .filter(pull -> !sha(known, pull).equals(Optional.of(pull.headSha())))
            .map(pull -> new OpenPullRequest(row(known, pull).map(HeadTable.Known::version), pull))
            .toList();
    boolean whole = differing.size() <= HeadsLook.AT_A_TIME;
    return new RepositoryEvent.PullRequestsObserved(
        whole ? differing : differing.subList(0, HeadsLook.AT_A_TIME), whole);
  }

  private static Optional<String> sha(Map<String, HeadTable.Known> known, Intent.PullRequest pull) {
    return row(known, pull).map(HeadTable.Known::sha);
  }

  private static Optional<HeadTable.Known> row(
      Map<String, HeadTable.Known> known, Intent.PullRequest pull) {
    return Optional.ofNullable(known.get(RefMachine.pullRequest(pull.number())));
  }
}
