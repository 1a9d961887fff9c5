package io.windlass.engine.local.keeper;

import io.windlass.engine.local.protocol.Health;
import io.windlass.engine.local.protocol.Phase;
import io.windlass.engine.local.protocol.ProcessSpec;
import io.windlass.engine.local.state.KeeperState;
import io.windlass.engine.local.state.Member;
import io.windlass.engine.local.state.Releases;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.Optional;

/** Tells from its replicas whether a release is broken. */
final class Breakage {
  private final Releases releases;
  private final int failing;
  private final InstantSource clock;

  /**
   * Over these releases.
   *
   * @param failing failures that say that a release is broken
   */
  Breakage(Releases releases, int failing, InstantSource clock) {
    this.releases = releases;
    this.failing = failing;
    this.clock = clock;
  }

  /**
   * The replica that shows best that this release does not come up, or, as long as there is
   * something to return to, that it does not stay as it came.
   */
  Optional<Member> worst(KeeperState state, String environment, String release) {
    boolean trial =
        state.division(environment).filter(d -> d.to().equals(release) && d.isTrial()).isPresent();
    return state.members().values().stream()
        .filter(m -> m.environment().equals(environment) && m.release().equals(release))
        .filter(m -> isDown(m) || (trial && (endsAgainAndAgain(m) || isLongUnready(m))))
        .max(Comparator.comparingInt(Member::failures).thenComparingInt(Member::attempt));
  }

  private boolean isDown(Member member) {
    return member.failures() >= failing && member.phase() != Phase.READY;
  }

  private boolean endsAgainAndAgain(Member member) {
    return member.attempt() > failing;
  }

  /** As long as a new one may take to become ready says enough here as well. */
  private boolean isLongUnready(Member member) {
    return member.phase() == Phase.UNREADY
        && releases
            .process(member.release(), member.process())
            .map(ProcessSpec::health)
            .filter(h ->
                h instanceof Health.Http http
                    && !member.since().plus(http.startup()).isAfter(clock.instant()))
            .isPresent();
  }

  /** What it shows, as the cause of a return. */
  String sentence(Member member) {
    String cause = member.lastFailure().map(Member.Mishap::cause).orElse("it does not come up");
    String what =
        isDown(member)
            ? "come up: %s, %d failures in a row".formatted(cause, member.failures())
            : endsAgainAndAgain(member)
                ? "stay up: %s, %d times since the release came"
                    .formatted(cause, member.attempt() - 1)
                : "stay ready: \"%s\" has not been for %d s"
                    .formatted(
                        member.id(), Duration.between(member.since(), clock.instant()).toSeconds());
    return "Replicas of \"" + member.process() + "\" do not " + what;
  }
}
