package io.windlass.engine.rollout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseId;
import io.windlass.scaler.fleet.Share;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What every target keeps of rolling, canary and blue-green rollouts. Extend it in the adapter's
 * module. The releases have one process, {@code web}, whose fleet is that of the environment, and
 * one route to it.
 */
public abstract class RolloutStrategyContract extends RolloutTargetContract {
  private static final int TOTAL = 4;

  /** Sets the total of the fleet through the port that the scaler uses. */
  protected abstract void size(int total) throws Exception;

  /** How many ready replicas each release has, by its number; those that have none are left out. */
  protected abstract Map<Long, Integer> ready() throws Exception;

  /**
   * The share of the requests at the environment's route that each release answers now, by its
   * number; those that answer none are left out. Measured, where a request without an answer fails
   * the test, or read from what sends requests their way.
   */
  protected abstract Map<Long, Double> requests() throws Exception;

  /** How far a measured share may be from the one asked for; none and all are always exact. */
  protected double tolerance() {
    return 1e-9;
  }

  /** Whether the target weighs a canary's requests; where it does not, they follow the replicas. */
  protected boolean weighs() {
    return true;
  }

  /** From now on the replicas of this release crash: those that run, and those started later. */
  protected abstract void breakDown(Release release) throws Exception;

  /** From now on one ready replica of this release crashes, however often it is started again. */
  protected abstract void breakOne(Release release) throws Exception;

  /**
   * Ends the target, or what drives it, as a crash would, and starts it again on what it left.
   *
   * @return the target to go on with
   */
  protected abstract RolloutTarget restart() throws Exception;

  @Override
  protected final void size() throws Exception {
    size(1);
  }

  @Override
  protected final Set<Long> serving() throws Exception {
    return ready().keySet();
  }

  /** The first release serves, with this total. */
  private void begin(int total) throws Exception {
    assertThat(target.prepare(good(1))).isInstanceOf(Prepared.Ready.class);
    size(total);
    shift(good(1).id(), new Division.Replace());
    Awaitility.await()
        .atMost(LONG)
        .until(() -> settled(good(1).id()) && Map.of(1L, total).equals(ready()));
  }

  private void shift(ReleaseId to, Division division) throws Exception {
    target.shift(environment(), to, division);
  }

  private boolean settled(ReleaseId release) throws RolloutException {
    return target.progress(environment(), release) instanceof RolloutProgress.Settled;
  }

  /** Waits for the end of a move that must not cost a ready replica of the total. */
  private RolloutProgress endWithoutLoss(ReleaseId to, int total) throws Exception {
    Awaitility.await()
        .atMost(LONG)
        .until(() -> {
          assertThat(sum(ready())).as("ready replicas on the way").isGreaterThanOrEqualTo(total);
          return !(target.progress(environment(), to) instanceof RolloutProgress.Progressing);
        });
    return target.progress(environment(), to);
  }

  private static int sum(Map<Long, Integer> counts) {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void move(Release to, Division division, int total) throws Exception {
    assertThat(target.prepare(to)).isInstanceOf(Prepared.Ready.class);
    shift(to.id(), division);
    assertThat(endWithoutLoss(to.id(), total)).isInstanceOf(RolloutProgress.Settled.class);
    assertDivided(1, to.number(), division, total);
  }

  private void assertDivided(long before, long release, Division division, int total)
      throws Exception {
    Map<Long, Integer> replicas = new TreeMap<>();
    replicas.put(before, division.ofBefore(total));
    replicas.put(release, division.ofRelease(total));
    replicas.values().removeIf(count -> count == 0);
    assertThat(ready()).isEqualTo(replicas);
    assertRequests(before, release, ofRequests(division, total));
  }

  private double ofRequests(Division division, int total) {
    return switch (division) {
      case Division.Replace replace -> 1;
      case Division.Beside(var live) -> live ? 1 : 0;
      case Division.Part(var share) -> {
        double ofRelease = division.ofRelease(total);
        yield weighs() ? share.fraction() : ofRelease / (ofRelease + division.ofBefore(total));
      }
    };
  }

  private void assertRequests(long before, long release, double share) throws Exception {
    Map<Long, Double> requests = requests();
    if (share == 0 || share == 1) {
      assertThat(requests).containsOnlyKeys(share == 1 ? release : before);
    } else {
      assertThat(requests.getOrDefault(release, 0.0)).isCloseTo(share, within(tolerance()));
      assertThat(requests.getOrDefault(before, 0.0)).isCloseTo(1 - share, within(tolerance()));
    }
  }

  private void assertReturns(long left, int total) throws Exception {
    shift(good(1).id(), new Division.Replace());
    assertThat(endWithoutLoss(good(1).id(), total)).isInstanceOf(RolloutProgress.Settled.class);
    assertDivided(left, 1, new Division.Replace(), total);
    assertThat(target.progress(environment(), good(left).id()))
        .isInstanceOf(RolloutProgress.Failing.class);
  }

  private void awaitDivided(Release release, Division division, int total) {
    Awaitility.await()
        .atMost(LONG)
        .untilAsserted(() -> {
          assertThat(settled(release.id())).isTrue();
          assertDivided(1, release.number(), division, total);
        });
  }

  static Division part(int percent) {
    return new Division.Part(Share.percent(percent));
  }

  static Stream<Division> held() {
    return Stream.of(
        part(10),
        part(50),
        new Division.Beside(false),
        new Division.Beside(true),
        new Division.Replace());
  }

  @Test
  void aCanaryGetsItsShareStageByStageUntilItIsAll() throws Exception {
    begin(TOTAL);

    move(good(2), part(10), TOTAL);
    move(good(2), part(50), TOTAL);
    move(good(2), new Division.Replace(), TOTAL);
  }

  @Test
  void blueGreenKeepsBothWholeAndSendsAllRequestsOneWay() throws Exception {
    begin(2);

    move(good(2), new Division.Beside(false), 2);
    move(good(2), new Division.Beside(true), 2);
    move(good(2), new Division.Replace(), 2);
  }

  @Test
  void aTotalThatChangesWhileACanaryIsHeldIsDividedAgain() throws Exception {
    begin(TOTAL);
    move(good(2), part(50), TOTAL);

    size(6);
    awaitDivided(good(2), part(50), 6);

    size(2);
    awaitDivided(good(2), part(50), 2);
  }

  @Test
  void aTotalThatChangesWhileBothAreWholeIsThatOfBoth() throws Exception {
    begin(2);
    move(good(2), new Division.Beside(true), 2);

    size(3);

    awaitDivided(good(2), new Division.Beside(true), 3);
  }

  @ParameterizedTest
  @MethodSource("held")
  void everyHeldDivisionCanBeReturnedFrom(Division division) throws Exception {
    begin(2);
    move(good(2), division, 2);

    assertReturns(2, 2);
  }

  @Test
  void aMoveUnderWayCanBeReturnedFrom() throws Exception {
    begin(2);
    target.prepare(good(2));
    shift(good(2).id(), part(50));

    assertReturns(2, 2);
  }

  @ParameterizedTest
  @MethodSource("held")
  void aReleaseThatBreaksWhileItIsHeldIsFailing(Division division) throws Exception {
    begin(2);
    move(good(2), division, 2);

    breakDown(good(2));

    Awaitility.await().atMost(LONG).until(() -> !settled(good(2).id()));
    assertThat(end(good(2).id()))
        .isInstanceOfSatisfying(
            RolloutProgress.Failing.class, failing -> assertThat(failing.cause()).isNotBlank());
    shift(good(1).id(), new Division.Replace());
    assertThat(end(good(1).id())).isInstanceOf(RolloutProgress.Settled.class);
    assertDivided(2, 1, new Division.Replace(), 2);
  }

  static Stream<Division> heldByMany() {
    return Stream.of(part(50), new Division.Beside(true), new Division.Replace());
  }

  @ParameterizedTest
  @MethodSource("heldByMany")
  void oneReplicaOfSeveralThatBreaksWhileAReleaseIsHeldIsEnough(Division division)
      throws Exception {
    int total = 3;
    begin(total);
    move(good(2), division, total);

    breakOne(good(2));

    Awaitility.await().atMost(LONG).until(() -> !settled(good(2).id()));
    assertThat(end(good(2).id())).isInstanceOf(RolloutProgress.Failing.class);
    assertThat(ready().getOrDefault(2L, 0))
        .as("replicas of the release that serve on")
        .isGreaterThanOrEqualTo(division.ofRelease(total) - 1);
    shift(good(1).id(), new Division.Replace());
    assertThat(end(good(1).id())).isInstanceOf(RolloutProgress.Settled.class);
    assertDivided(2, 1, new Division.Replace(), total);
  }

  @Test
  void aBrokenCanaryFailsAndGetsNoRequest() throws Exception {
    begin(2);
    target.prepare(broken(2));

    shift(broken(2).id(), part(50));

    assertThat(endWithoutLoss(broken(2).id(), 2)).isInstanceOf(RolloutProgress.Failing.class);
    assertThat(ready()).isEqualTo(Map.of(1L, 2));
    assertRequests(1, 2, 0);
  }

  @Test
  void aFleetOfOneHasOneOfEachWhileACanaryIsHeld() throws Exception {
    begin(1);

    move(good(2), part(10), 1);
    move(good(2), new Division.Replace(), 1);
  }

  @ParameterizedTest
  @MethodSource("held")
  void askingForADivisionAgainChangesNothing(Division division) throws Exception {
    begin(2);
    move(good(2), division, 2);

    move(good(2), division, 2);
  }

  @Test
  void aTargetRestartedOnTheWayGoesOnAndStaysDivided() throws Exception {
    begin(2);
    target.prepare(good(2));
    shift(good(2).id(), part(50));

    target = restart();

    awaitDivided(good(2), part(50), 2);
    target = restart();
    size(4);
    awaitDivided(good(2), part(50), 4);
    move(good(2), new Division.Replace(), 4);
  }

  @Test
  void theNextReleaseIsDividedWithTheOneThatServesThen() throws Exception {
    begin(2);
    move(good(2), part(50), 2);
    assertReturns(2, 2);
    target.retire(environment(), good(2).id());

    move(good(3), new Division.Beside(true), 2);
    move(good(3), new Division.Replace(), 2);
    target.retire(environment(), good(1).id());

    target.prepare(good(4));
    shift(good(4).id(), part(50));
    assertThat(endWithoutLoss(good(4).id(), 2)).isInstanceOf(RolloutProgress.Settled.class);
    assertDivided(3, 4, part(50), 2);
  }
}
