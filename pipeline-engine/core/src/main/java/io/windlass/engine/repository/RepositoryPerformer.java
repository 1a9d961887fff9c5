package io.windlass.engine.repository;

import io.windlass.engine.git.GitException;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.EffectId;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.journal.Retry;
import io.windlass.engine.run.CloneSource;
import java.util.Objects;
import java.util.Optional;

/** Reads the commits that a repository asks about by itself, and looks for missed ones. */
public final class RepositoryPerformer implements Performer<RepositoryEffect, RepositoryEvent> {
  private final CommitReader reader;
  private final HeadsLook look;

  public RepositoryPerformer(Database database, Mirrors mirrors, CloneSource.Lookup sources) {
    this.reader = new CommitReader(mirrors, sources);
    this.look = new HeadsLook(database, mirrors, sources);
  }

  @Override
  public Optional<RepositoryEvent> perform(EffectId id, RepositoryEffect effect)
      throws GitException {
    return switch (effect) {
      case RepositoryEffect.Read read -> {
        RepositoryEffect.Read placed = reader.placed(read);
        yield resolved(placed, reader.read(placed));
      }
      case RepositoryEffect.ReadSchedules(var repository, var branch) ->
          Optional.of(new RepositoryEvent.SchedulesRead(reader.schedules(repository, branch)));
      case RepositoryEffect.ObserveHeads(var repository) -> Optional.of(look.at(repository));
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
          Optional.of(
              new RepositoryEvent.HeadsUnknown(
                  Objects.requireNonNullElse(error.getMessage(), error.toString())));
    };
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
      case RepositoryEffect.ObserveHeads _ -> Retry.NEVER;
    };
  }
}
