package io.windlass.engine.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import io.windlass.engine.run.StepResult;
import java.time.Duration;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every target of rollouts keeps. Extend it in the adapter's module. */
public abstract class RolloutTargetContract {
  static final Duration LONG = Duration.ofSeconds(60);
  RolloutTarget target;

  /** The target under test. */
  protected abstract RolloutTarget target() throws Exception;

  /**
   * Gives the fleets of the environment a total of at least one, as the scaler does when a release
   * is prepared. For targets where they do not have one anyway.
   */
  protected void size() throws Exception {}

  /** The environment that the releases below are of. */
  protected abstract EnvironmentId environment();

  /** A release that becomes ready. Releases of different numbers may have the same content. */
  protected abstract Release good(long number) throws Exception;

  /** A release whose program ends at once with an error. */
  protected abstract Release broken(long number) throws Exception;

  /** A release whose image is not there. */
  protected abstract Release missing(long number) throws Exception;

  /** The numbers of the releases that have ready replicas. */
  protected abstract Set<Long> serving() throws Exception;

  @BeforeEach
  void open() throws Exception {
    target = target();
  }

  private void move(Release release) throws Exception {
    assertThat(target.prepare(release)).isInstanceOf(Prepared.Ready.class);
    size();
    target.shift(environment(), release.id(), new Division.Replace());
  }

  final RolloutProgress end(ReleaseId to) {
    Awaitility.await()
        .atMost(LONG)
        .until(() -> !(target.progress(environment(), to) instanceof RolloutProgress.Progressing));
    try {
      return target.progress(environment(), to);
    } catch (RolloutException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void verifySaysWhetherTheImageIsThere() throws Exception {
    assertThat(target.verify(good(1))).isInstanceOf(Verified.Present.class);
    assertThat(target.verify(missing(2)))
        .isInstanceOfSatisfying(
            Verified.Missing.class, missing -> assertThat(missing.reason()).isNotBlank());
  }

  @Test
  void preparingStartsNothingAndMayBeRepeated() throws Exception {
    target.prepare(good(1));
    target.prepare(good(1));

    assertThat(serving()).isEmpty();
  }

  @Test
  void aGoodReleaseSettles() throws Exception {
    move(good(1));

    assertThat(end(good(1).id())).isInstanceOf(RolloutProgress.Settled.class);
    assertThat(serving()).containsExactly(1L);
  }

  @Test
  void shiftingAgainChangesNothing() throws Exception {
    move(good(1));
    end(good(1).id());

    target.shift(environment(), good(1).id(), new Division.Replace());

    assertThat(end(good(1).id())).isInstanceOf(RolloutProgress.Settled.class);
  }

  @Test
  void aNewerReleaseTakesTheWholePlaceOfTheOlder() throws Exception {
    move(good(1));
    end(good(1).id());

    move(good(2));

    assertThat(end(good(2).id())).isInstanceOf(RolloutProgress.Settled.class);
    assertThat(serving()).containsExactly(2L);
    assertThat(target.progress(environment(), good(1).id()))
        .isInstanceOf(RolloutProgress.Failing.class);
  }

  @Test
  void aBrokenReleaseFailsWithItsCauseWhileTheOlderServes() throws Exception {
    move(good(1));
    end(good(1).id());

    move(broken(2));

    assertThat(end(broken(2).id()))
        .isInstanceOfSatisfying(
            RolloutProgress.Failing.class, failing -> assertThat(failing.cause()).isNotBlank());
    assertThat(serving()).containsExactly(1L);
  }

  @Test
  void shiftingBackBringsTheOlderBack() throws Exception {
    move(good(1));
    end(good(1).id());
    move(broken(2));
    end(broken(2).id());

    target.shift(environment(), good(1).id(), new Division.Replace());

    assertThat(end(good(1).id())).isInstanceOf(RolloutProgress.Settled.class);
    assertThat(serving()).containsExactly(1L);
  }

  @Test
  void whatWasNeverPreparedIsRefusedHoweverOftenItIsAskedFor() throws Exception {
    move(good(1));
    end(good(1).id());

    assertThatThrownBy(() -> target.shift(environment(), good(2).id(), new Division.Replace()))
        .isInstanceOfSatisfying(
            RolloutException.class,
            e -> assertThat(e.kind()).isEqualTo(RolloutException.Kind.REFUSED));
    assertThat(serving()).containsExactly(1L);
  }

  @Test
  void aReleaseThatServesIsNotRetired() throws Exception {
    move(good(1));
    end(good(1).id());

    target.retire(environment(), good(1).id());

    assertThat(end(good(1).id())).isInstanceOf(RolloutProgress.Settled.class);
    assertThat(serving()).containsExactly(1L);
  }

  @Test
  void anOlderReleaseThatWasLeftGoesWithTheNextThatIsRetired() throws Exception {
    move(good(1));
    end(good(1).id());
    target.prepare(good(2));
    move(good(3));
    end(good(3).id());
    target.prepare(good(4));

    target.retire(environment(), good(1).id());

    for (Release gone : new Release[] {good(1), good(2)}) {
      assertThatThrownBy(() -> target.shift(environment(), gone.id(), new Division.Replace()))
          .isInstanceOfSatisfying(
              RolloutException.class,
              e -> assertThat(e.kind()).isEqualTo(RolloutException.Kind.REFUSED));
    }
    assertThat(end(good(3).id())).isInstanceOf(RolloutProgress.Settled.class);
    target.shift(environment(), good(4).id(), new Division.Replace());
    assertThat(end(good(4).id())).isInstanceOf(RolloutProgress.Settled.class);
    assertThat(serving()).containsExactly(4L);
  }

  @Test
  void aFirstReleaseCanBeTakenAway() throws Exception {
    move(broken(1));
    end(broken(1).id());

    assertThat(target.takeAway(broken(1).id())).isEmpty();

    assertThat(serving()).isEmpty();
    assertThat(target.progress(environment(), broken(1).id()))
        .isInstanceOf(RolloutProgress.Failing.class);
  }

  @Test
  void whatAServerThatLostItsDataDoesNotKnowIsBroughtBackAndNotTakenAway() throws Exception {
    move(good(1));
    end(good(1).id());
    move(broken(2));
    end(broken(2).id());

    assertThat(target.takeAway(broken(2).id())).contains(good(1).id());

    assertThat(end(good(1).id())).isInstanceOf(RolloutProgress.Settled.class);
    assertThat(serving()).containsExactly(1L);
  }

  @Test
  void whatServesStaysWhereTheReleaseThatIsTakenAwayWasNeverMovedTo() throws Exception {
    move(good(1));
    end(good(1).id());
    target.prepare(good(2));

    assertThat(target.takeAway(good(2).id())).contains(good(1).id());

    assertThat(end(good(1).id())).isInstanceOf(RolloutProgress.Settled.class);
    assertThat(serving()).containsExactly(1L);
  }

  @Test
  void whatWasRemovedServesNoMoreAndCanBeBroughtBack() throws Exception {
    move(good(1));
    end(good(1).id());

    target.remove(environment());
    target.remove(environment());

    assertThat(serving()).isEmpty();
    move(good(2));
    assertThat(end(good(2).id())).isInstanceOf(RolloutProgress.Settled.class);
    assertThat(serving()).containsExactly(2L);
  }

  @Test
  void whatNobodyKnowsIsNoError() throws Exception {
    target.retire(environment(), new ReleaseId(environment(), 99));

    assertThat(target.progress(environment(), new ReleaseId(environment(), 99)))
        .isInstanceOf(RolloutProgress.Failing.class);
  }

  @Test
  void aCommandIsRunOnceUnderItsId() throws Exception {
    target.prepare(good(1));
    var command = new ReleaseCommand("echo migrated", Duration.ofSeconds(30));

    CommandResult first = target.once(good(1), command, "release-0001");
    CommandResult second = target.once(good(1), command, "release-0001");

    assertThat(first.result())
        .isInstanceOfSatisfying(
            StepResult.Exited.class, exited -> assertThat(exited.code()).isZero());
    assertThat(second.result()).isEqualTo(first.result());
  }
}
