package io.windlass.engine.repository;

import io.windlass.engine.journal.Machine;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tell;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.source.Intent;
import java.time.Instant;
import java.util.Optional;

/**
 * One branch, tag or pull request: is what it names decided already?
 *
 * <p>A ref's state does not grow with what happens to it, and the refs of one repository do not
 * meet, so that taking a push in costs the same whatever was pushed before. A ref that is deleted
 * is forgotten and cancels nothing.
 */
public final class RefMachine implements Machine<RefState, RefEvent, RepositoryEffect.Read> {
  public static final String KIND = "ref";

  /**
   * The subject of a ref.
   *
   * @param repository {@code acme/shop}, spelt as in the server's file
   * @param ref full name, or {@code refs/pull/7/head}; Git allows no space in it
   */
  public static Subject subject(String repository, String ref) {
    return new Subject(KIND, repository + " " + ref);
  }

  /** The ref under which a pull request's head is known. */
  static String pullRequest(long number) {
    return "refs/pull/" + number + "/head";
  }

  /** What a ref hears of a delivery; empty where the delivery is about none. */
  public static Optional<Tell> tell(String repository, String deliveryId, Intent intent) {
    String cause = "delivery " + deliveryId;
    return switch (intent) {
      case Intent.Pushed push ->
          Optional.of(
              new Tell(subject(repository, push.ref().name()), pushed(push, cause), deliveryId));
      case Intent.PullRequestOpened(var name, var pull) ->
          Optional.of(moved(repository, pull, cause, deliveryId));
      case Intent.PullRequestUpdated(var name, var pull) ->
          Optional.of(moved(repository, pull, cause, deliveryId));
      // These are the delivery's own story; a repository has nothing to do for them.
      case Intent.Ping _, Intent.InstallationChanged _, Intent.Ignored _, Intent.Malformed _ ->
          Optional.empty();
    };
  }

  private static RefEvent pushed(Intent.Pushed push, String cause) {
    String title =
        push.commits().isEmpty() ? push.ref().shortName() : push.commits().getLast().summary();
    return new RefEvent.Pushed(
        push.before(),
        push.after(),
        push.forced(),
        push.deleted(),
        title,
        push.pusher(),
        push.defaultBranch().name(),
        cause);
  }

  private static Tell moved(
      String repository, Intent.PullRequest pull, String cause, String deliveryId) {
    return new Tell(
        subject(repository, pullRequest(pull.number())),
        new RefEvent.PullRequestMoved(pull, cause),
        deliveryId);
  }

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Class<RefState> stateType() {
    return RefState.class;
  }

  @Override
  public Class<RefEvent> eventType() {
    return RefEvent.class;
  }

  @Override
  public Class<RepositoryEffect.Read> effectType() {
    return RepositoryEffect.Read.class;
  }

  @Override
  public RefState initial(String key) {
    return RefState.of(key);
  }

  @Override
  public Transition<RefState, RepositoryEffect.Read> on(
      RefState state, RefEvent event, Instant now) {
    var turn = new RefTurn(state);
    switch (event) {
      case RefEvent.Pushed push -> turn.pushed(push);
      case RefEvent.PullRequestMoved(var pull, var cause) -> turn.pullRequest(pull, cause);
      case RefEvent.PullRequestFound(var version, var pull) -> turn.pullRequestFound(version, pull);
      case RefEvent.Seen(var sha) -> turn.seen(sha);
      case RefEvent.Found(var version, var sha, var defaultBranch) ->
          turn.found(version, sha, defaultBranch);
      case RefEvent.Resolved(var ask, var resolution, var schedules) ->
          turn.resolved(ask, resolution, schedules);
      case RefEvent.Numbered(var run, var cancelsOlder) -> turn.numbered(run, cancelsOlder);
    }
    return turn.transition();
  }
}
