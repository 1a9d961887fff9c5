package io.windlass.engine.rollout;

import io.windlass.engine.pipeline.Check;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * How far a rollout is in its {@link StagePlan}.
 *
 * @param stage the number of the plan's stage, from 0
 * @param until when the rollout's time is over; set at the first shift, and later by each gate's
 *     time
 * @param heldSince when the stage's division was reached
 * @param gatedSince since when the stage waits for a person
 * @param findings one for each check of the plan
 * @param approvals of this and earlier stages
 */
public record Walk(
    int stage,
    Optional<Instant> until,
    Optional<Instant> heldSince,
    Optional<Instant> gatedSince,
    List<Finding> findings,
    List<Approval> approvals) {
  public Walk {
    findings = List.copyOf(findings);
    approvals = List.copyOf(approvals);
  }

  /**
   * Who let a rollout go on from a stage.
   *
   * @param stage counts from 1, as people do
   */
  public record Approval(int stage, String who, Instant at) {}

  /** At the first stage, with nothing seen. */
  static Walk along(StagePlan plan) {
    return new Walk(
        0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Collections.nCopies(plan.checks().size(), Finding.NONE),
        List.of());
  }

  Walk to(int next) {
    return new Walk(next, until, Optional.empty(), Optional.empty(), findings, approvals);
  }

  Walk ending(Instant end) {
    return new Walk(stage, Optional.of(end), heldSince, gatedSince, findings, approvals);
  }

  Walk held(Instant since) {
    return new Walk(stage, until, Optional.of(since), gatedSince, findings, approvals);
  }

  Walk gated(Instant since) {
    return new Walk(stage, until, heldSince, Optional.of(since), findings, approvals);
  }

  /** The time that a person took does not count. */
  Walk approved(String who, Instant now) {
    Duration waited = Duration.between(gatedSince.orElse(now), now);
    List<Approval> all = new ArrayList<>(approvals);
    all.add(new Approval(stage + 1, who, now));
    return new Walk(
        stage, until.map(end -> end.plus(waited)), heldSince, gatedSince, findings, all);
  }

  /** Whether a person has let the rollout go on from this stage. */
  boolean isApproved() {
    return approvals.stream().anyMatch(approval -> approval.stage() == stage + 1);
  }

  Walk found(int check, Finding finding) {
    List<Finding> next = new ArrayList<>(findings);
    next.set(check, finding);
    return new Walk(stage, until, heldSince, gatedSince, next, approvals);
  }

  /** The first check that does not let the stage end now, by its number among the checks. */
  Optional<Integer> discontent(StagePlan plan, Instant now) {
    List<Check> checks = plan.checks();
    boolean served = plan.at(stage).served();
    Instant since = heldSince.orElse(Instant.MAX);
    for (int i = 0; i < checks.size(); i++) {
      if (!findings.get(i).content(checks.get(i), served, since, now)) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }
}
