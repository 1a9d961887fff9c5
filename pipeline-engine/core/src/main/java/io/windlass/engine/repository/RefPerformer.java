package io.windlass.engine.repository;

import io.windlass.engine.git.GitException;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.journal.EffectId;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.journal.Retry;
import io.windlass.engine.run.CloneSource;
import java.util.Optional;

/** Reads the commits that refs ask about. */
public final class RefPerformer implements Performer<RepositoryEffect.Read, RefEvent> {
  /**
   * Repositories that are read at a time: enough that hosts which answer late hold nobody up, and
   * few enough that deliveries which come in meanwhile get their share of the machine.
   */
  private static final int AT_A_TIME = 8;

  private final CommitReader reader;

  public RefPerformer(Mirrors mirrors, CloneSource.Lookup sources) {
    this.reader = new CommitReader(mirrors, sources);
  }

  @Override
  public Optional<RefEvent> perform(EffectId id, RepositoryEffect.Read read) throws GitException {
    return resolved(read, reader.read(read));
  }

  @Override
  public Optional<RefEvent> onGivenUp(EffectId id, RepositoryEffect.Read read, Throwable error) {
    return resolved(read, CommitReader.Answer.unreadable(error));
  }

  private static Optional<RefEvent> resolved(
      RepositoryEffect.Read read, CommitReader.Answer answer) {
    return Optional.of(new RefEvent.Resolved(read.ask(), answer.resolution(), answer.schedules()));
  }

  @Override
  public Retry retry(RepositoryEffect.Read read) {
    return CommitReader.RETRY;
  }

  @Override
  public int limit(Class<? extends RepositoryEffect.Read> type) {
    return AT_A_TIME;
  }
}
