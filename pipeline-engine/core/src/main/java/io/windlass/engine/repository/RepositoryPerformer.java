package io.windlass.engine.repository;

import io.windlass.engine.git.GitException;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.EffectId;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.journal.Retry;
import io.windlass.engine.run.CloneSource;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.SourceHost;
import io.windlass.engine.source.SourceHostException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Reads the commits that a repository asks about by itself, and looks for missed ones. */
public final class RepositoryPerformer implements Performer<RepositoryEffect, RepositoryEvent> {
  private final CommitReader reader;
  private final HeadsLook look;
  private final PullRequestsLook pullRequests;

  /**
   * Works on these.
   *
   * @param hosts who is asked for open pull requests
   */
  public RepositoryPerformer(
      Database database,
      Mirrors mirrors,
      CloneSource.Lookup sources,
      Function<RepositoryName, Optional<SourceHost>> hosts) {
    this.reader = new CommitReader(mirrors, sources);
    this.look = new HeadsLook(database, mirrors, sources);
    this.pullRequests = new PullRequestsLook(database, hosts);
  }

  @Override
  public Optional<RepositoryEvent> perform(EffectId id, RepositoryEffect effect)
      throws GitException, SourceHostException {
    return switch (effect) {
      case RepositoryEffect.Read read -> {
        RepositoryEffect.Read placed = reader.placed(read);
        yield resolved(placed, reader.read(placed));
      }
      case RepositoryEffect.ReadSchedules(var repository, var branch) ->
          Optional.of(new RepositoryEvent.SchedulesRead(reader.schedules(repository, branch)));
      case RepositoryEffect.ObserveHeads(var repository) -> Optional.of(look.at(repository));
      case RepositoryEffect.ObservePullRequests(var repository) ->
          Optional.of(pullRequests.at(repository));
    };
  }

  @Override
  public Optional<RepositoryEvent> onGivenUp(
      EffectId id, RepositoryEffect effect, Throwable error) {
    return switch (effect) {
      case RepositoryEffect.Read read -> resolved(read, CommitReader.Answer.unreadable(error));
      // A push of the branch reads it as well.
      case RepositoryEffect.ReadSchedules _ -> Optional.empty();
      case RepositoryEffect.ObserveHeads _ ->
          Optional.of(new RepositoryEvent.HeadsUnknown(why(error)));
      case RepositoryEffect.ObservePullRequests _ ->
          Optional.of(new RepositoryEvent.PullRequestsUnknown(why(error)));
    };
  }

  private static String why(Throwable error) {
    return Objects.requireNonNullElse(error.getMessage(), error.toString());
  }

  private static Optional<RepositoryEvent> resolved(
      RepositoryEffect.Read read, CommitReader.Answer answer) {
    return Optional.of(
        new RepositoryEvent.Resolved(read.ask(), answer.resolution(), answer.schedules()));
  }

  @Override
  public Retry retry(RepositoryEffect effect) {
    return switch (effect) {
      case RepositoryEffect.Read _, RepositoryEffect.ReadSchedules _ -> CommitReader.RETRY;
      // The next look comes by itself.
      case RepositoryEffect.ObserveHeads _, RepositoryEffect.ObservePullRequests _ -> Retry.NEVER;
    };
  }
}
