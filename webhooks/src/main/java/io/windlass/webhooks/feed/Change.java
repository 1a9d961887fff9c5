package io.windlass.webhooks.feed;

import io.windlass.engine.rollout.EndedRollout;
import io.windlass.engine.rollout.EnvironmentState;
import io.windlass.engine.rollout.Phase;
import io.windlass.engine.run.DeploymentStage;
import io.windlass.engine.run.RunState;
import io.windlass.engine.run.RunSummary;
import io.windlass.scaler.control.LoggedDecision;
import io.windlass.webhooks.delivery.DeliveryState;
import java.util.Optional;

/**
 * Something that is stored now and was not before. Says what to look at and how it stands, in
 * names, numbers and words of fixed sets: no text that a person, a program or a repository wrote.
 */
public sealed interface Change extends News {
  /** What can change. */
  enum Kind {
    RUN,
    ENVIRONMENT,
    FLEET,
    DELIVERY
  }

  /** What has changed. */
  Kind kind();

  /**
   * Whether it belongs to a repository.
   *
   * @param name owner and name, {@code acme/shop}
   */
  boolean belongsTo(String name);

  /** A run has moved: it began, one of its steps, its image or a deployment moved, or it ended. */
  record Run(String repository, long number, RunSummary.Status status) implements Change {
    public static Run of(RunState state) {
      return new Run(state.id().repository(), state.id().number(), RunSummary.Status.of(state));
    }

    @Override
    public Kind kind() {
      return Kind.RUN;
    }

    @Override
    public boolean belongsTo(String name) {
      return repository.equals(name);
    }
  }

  /**
   * An environment has moved.
   *
   * @param environment its name in the repository's file, {@code production}
   * @param rollout the rollout under way, or else the last one
   * @param phase where the one under way stands
   * @param outcome how the last one ended, where none is under way
   */
  record Environment(
      String repository,
      String environment,
      Optional<Long> rollout,
      Optional<Phase> phase,
      Optional<DeploymentStage> outcome)
      implements Change {
    public static Environment of(EnvironmentState state) {
      Optional<EndedRollout> ended = state.last().filter(_ -> state.rollout().isEmpty());
      return new Environment(
          state.id().repository(),
          state.id().name(),
          state.rollout().map(one -> one.id()).or(() -> ended.map(EndedRollout::id)),
          state.rollout().map(one -> one.phase()),
          ended.map(EndedRollout::outcome));
    }

    @Override
    public Kind kind() {
      return Kind.ENVIRONMENT;
    }

    @Override
    public boolean belongsTo(String name) {
      return repository.equals(name);
    }
  }

  /**
   * A fleet's size was decided.
   *
   * @param id as {@code acme/shop/production/web}
   * @param result the size
   */
  record Fleet(String id, int result, LoggedDecision.Outcome outcome) implements Change {
    public static Fleet of(LoggedDecision row) {
      return new Fleet(row.decision().fleet().toString(), row.decision().result(), row.outcome());
    }

    @Override
    public Kind kind() {
      return Kind.FLEET;
    }

    @Override
    public boolean belongsTo(String name) {
      return id.startsWith(name + "/");
    }
  }

  /**
   * A delivery was stored.
   *
   * @param repository which it is about; empty where it names none
   * @param fate what becomes of it, in one word
   */
  record Delivery(String id, Optional<String> repository, String fate) implements Change {
    public static Optional<Change> of(String id, DeliveryState state) {
      return switch (state) {
        case DeliveryState.Unheard _ -> Optional.empty();
        case DeliveryState.Stored stored ->
            Optional.of(new Delivery(id, stored.repository(), stored.fate().word()));
      };
    }

    @Override
    public Kind kind() {
      return Kind.DELIVERY;
    }

    @Override
    public boolean belongsTo(String name) {
      return repository.filter(name::equals).isPresent();
    }
  }
}
