package io.windlass.engine.pipeline;

import java.util.List;
import java.util.Optional;

/** Decides what an event concerns. Pure: facts in, a verdict with its reason out. */
public final class Triggers {

  /** The outcome, kept with the commit: a filtered commit is decided, not missed. */
  public sealed interface Verdict {
    record Match() implements Verdict {}

    /** Nothing to do, with the reason for people. */
    record Filtered(String reason) implements Verdict {}
  }

  private static final Verdict MATCH = new Verdict.Match();

  private Triggers() {}

  /**
   * Whether a run starts.
   *
   * @param changedPaths relative to the repository, with {@code /}; empty where they are not known
   *     (a new branch, too many), which lets the event through: better one run too many
   */
  public static Verdict matches(On on, Trigger trigger, Optional<List<String>> changedPaths) {
    return switch (trigger) {
      case Trigger.Manual manual -> MATCH;
      case Trigger.Scheduled scheduled -> MATCH;
      case Trigger.BranchPush(String branch) ->
          on.push()
              .map(push -> {
                if (push.branches().isEmpty() && push.tags().isPresent()) {
                  return new Verdict.Filtered("on.push is for tags only");
                }
                return both(
                    name("branch", branch, push.branches()), paths(push.paths(), changedPaths));
              })
              .orElse(new Verdict.Filtered("on has no push"));
      case Trigger.TagPush(String tag) ->
          on.push()
              .map(push -> {
                if (push.tags().isEmpty() && push.branches().isPresent()) {
                  return new Verdict.Filtered("on.push is for branches only");
                }
                return name("tag", tag, push.tags());
              })
              .orElse(new Verdict.Filtered("on has no push"));
      case Trigger.PullRequest(long number, String base) ->
          on.pullRequest()
              .map(pull ->
                  both(
                      name("base branch", base, pull.branches()),
                      paths(pull.paths(), changedPaths)))
              .orElse(new Verdict.Filtered("on has no pull_request"));
    };
  }

  /** Whether a run with this trigger goes on to deploy to the environment. */
  public static Verdict deploys(EnvironmentSpec.When when, Trigger trigger) {
    return switch (trigger) {
      case Trigger.Manual manual -> MATCH;
      case Trigger.PullRequest pull -> new Verdict.Filtered("pull requests do not deploy");
      case Trigger.Scheduled(String branch, String cron) ->
          when.schedule()
              ? name("branch", branch, when.branches())
              : new Verdict.Filtered("scheduled runs do not deploy here");
      case Trigger.BranchPush(String branch) ->
          when.branches().isEmpty() && when.tags().isPresent()
              ? new Verdict.Filtered("only tags deploy here")
              : name("branch", branch, when.branches());
      case Trigger.TagPush(String tag) ->
          when.tags().isEmpty() && when.branches().isPresent()
              ? new Verdict.Filtered("only branches deploy here")
              : name("tag", tag, when.tags());
    };
  }

  private static Verdict name(String what, String name, Optional<Patterns> patterns) {
    return patterns
        .filter(p -> !p.takes(name))
        .<Verdict>map(p -> new Verdict.Filtered(what + " " + name + " is not among " + p))
        .orElse(MATCH);
  }

  private static Verdict paths(Optional<Patterns> patterns, Optional<List<String>> changedPaths) {
    if (patterns.isEmpty() || changedPaths.isEmpty()) {
      return MATCH;
    }
    Patterns wanted = patterns.get();
    return changedPaths.get().stream().anyMatch(wanted::takes)
        ? MATCH
        : new Verdict.Filtered("no changed path is among " + wanted);
  }

  private static Verdict both(Verdict first, Verdict second) {
    return switch (first) {
      case Verdict.Filtered filtered -> filtered;
      case Verdict.Match match -> second;
    };
  }
}
