package io.windlass.engine.notification;

import io.windlass.engine.journal.EffectId;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.source.Answer;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.SourceHost;
import io.windlass.engine.source.SourceHostException;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/** Sends marks through the repository's source host. Sending one twice shows it once. */
public final class StatusPerformer implements Performer<StatusEffect, StatusEvent> {
  private final Function<RepositoryName, Optional<SourceHost>> hosts;

  /**
   * Sends to these hosts.
   *
   * @param hosts the host of a repository; empty for one that nobody knows any more, whose marks
   *     are dropped
   */
  public StatusPerformer(Function<RepositoryName, Optional<SourceHost>> hosts) {
    this.hosts = hosts;
  }

  @Override
  public Optional<StatusEvent> perform(EffectId id, StatusEffect effect)
      throws SourceHostException {
    return switch (effect) {
      case StatusEffect.Send(var repository, var order, var status) -> {
        Optional<SourceHost> host = hosts.apply(repository);
        if (host.isEmpty()) {
          yield Optional.of(
              new StatusEvent.Refused(
                  order, "repository \"" + repository + "\" is not in the server's file any more"));
        }
        yield Optional.of(
            switch (host.get().status(repository, status)) {
              case Answer.Given<Answer.Done> given -> new StatusEvent.Sent(order);
              case Answer.RateLimited<Answer.Done>(var until, var reason) ->
                  new StatusEvent.Limited(until, reason);
              case Answer.Refused<Answer.Done>(var reason) ->
                  new StatusEvent.Refused(order, reason);
            });
      }
    };
  }

  @Override
  public Optional<StatusEvent> onGivenUp(EffectId id, StatusEffect effect, Throwable error) {
    return Optional.of(
        new StatusEvent.Unreachable(
            Objects.requireNonNullElse(error.getMessage(), error.toString())));
  }
}
