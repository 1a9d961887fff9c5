package io.windlass.engine.repository;

import io.windlass.engine.git.GitException;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.run.CloneSource;
import io.windlass.engine.run.RunId;
import io.windlass.engine.run.RunPlan;
import io.windlass.engine.run.RunTrigger;
import java.util.Optional;

/**
 * What a commit would deploy, were it deployed now. Nothing is decided, stored or run by asking.
 */
public final class Proposals {
  private final CommitReader reader;

  public Proposals(Mirrors mirrors, CloneSource.Lookup sources) {
    this.reader = new CommitReader(mirrors, sources);
  }

  /** The answer. */
  public sealed interface Proposal {
    /** This. */
    record Found(String sha, String ref, RunPlan plan) implements Proposal {}

    /** Nothing; the reason says why, with every mistake of the file. */
    record None(String reason) implements Proposal {}
  }

  /**
   * Reads the repository's file at a commit and plans its deployments.
   *
   * @param run the number that expressions in the file get
   * @param ref full name; empty for the default branch as its host has it
   * @param sha empty for what the ref names now
   * @param environment this one only; empty for all that the file has
   * @throws GitException when the repository's host cannot be reached
   */
  public Proposal propose(
      RunId run, Optional<String> ref, Optional<String> sha, Optional<String> environment)
      throws GitException {
    Ask ask =
        new Ask(
            0,
            RunTrigger.Kind.MANUAL,
            ref.orElse(""),
            ref.orElse(""),
            sha,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            environment,
            Optional.empty(),
            "",
            "plan",
            "plan");
    RepositoryEffect.Read placed =
        reader.placed(new RepositoryEffect.Read(run.repository(), ask, ""));
    return switch (reader.read(placed).resolution()) {
      case Resolution.Matched(var found, var pipeline, var title, var author) ->
          new Proposal.Found(
              found, placed.ask().ref(), Planner.plan(pipeline, placed.ask(), run, found));
      case Resolution.Filtered(var reason) -> new Proposal.None(reason);
      case Resolution.NoFile(var reason) -> new Proposal.None(reason);
      case Resolution.Invalid(var at, var title, var problems) ->
          new Proposal.None(
              "the file at commit " + at + " has mistakes:\n" + String.join("\n", problems));
      case Resolution.Vanished(var reason) -> new Proposal.None(reason);
      case Resolution.Late(var reason, var head) -> new Proposal.None(reason);
      case Resolution.Unreadable(var reason) -> new Proposal.None(reason);
    };
  }
}
