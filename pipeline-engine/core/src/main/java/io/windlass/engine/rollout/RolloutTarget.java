package io.windlass.engine.rollout;

import io.windlass.engine.pipeline.ManifestSpec;
import io.windlass.engine.release.EnvironmentId;
import io.windlass.engine.release.Release;
import io.windlass.engine.release.ReleaseCommand;
import io.windlass.engine.release.ReleaseId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A place that releases can go to: the local keeper, a Kubernetes namespace, an AWS role with its
 * groups.
 *
 * <p>Thread-safe; calls for one environment come one after the other. Every call may be repeated,
 * by this server or by one that was started again after a crash, and the second call finds what the
 * first one did. A call for an environment that the target does not know is no error: nothing runs
 * there. What throws says by {@link RolloutException#kind} whether to ask again is in vain.
 */
public interface RolloutTarget {
  /**
   * Looks whether the images and the secrets' versions of the release are there. Changes nothing.
   */
  Verified verify(Release release) throws RolloutException;

  /**
   * Makes one text of the objects that a commit brings, and looks whether they can be taken here.
   * The same tree gives the same text while the target is the same, with its tools and with what it
   * says that it offers. Changes nothing.
   *
   * @param tree the commit's files below the folders that {@code manifests} names; nothing in it
   *     can be trusted, and the caller takes it away
   */
  default Drawn draw(EnvironmentId environment, ManifestSpec manifests, Path tree)
      throws RolloutException, InterruptedException {
    return new Drawn.Refused(
        environment
            + " brings manifests of its own, which only a target of Kubernetes takes; bind it to"
            + " one, or take \""
            + manifests.key()
            + "\" out of the environment");
  }

  /**
   * What bringing a release would change here, before anything is brought. Changes nothing. The
   * release's images need not be there yet.
   *
   * @param serving what serves, as the engine knows it
   */
  default List<Change> plan(Optional<Release> serving, Release next) throws RolloutException {
    return ReleaseChanges.between(serving, next);
  }

  /**
   * What differs at the target from the release that was brought: a thing that is gone, a value
   * that somebody else has changed; as what bringing it again would change. Changes nothing. A
   * target that nobody but us writes to has no drift.
   */
  default List<Change> drift(Release serving) throws RolloutException {
    return List.of();
  }

  /**
   * Lays the release ready: stores its description, pulls and unpacks its images. Starts no replica
   * and moves no traffic.
   */
  Prepared prepare(Release release) throws RolloutException;

  /**
   * Asks for this division between release {@code to} and what ran before, and returns at once. The
   * target gets there by itself and stays there across restarts of server and target, whatever the
   * totals become: it starts new replicas, waits until they are ready, moves requests, then drains
   * what is too many, and never has fewer ready replicas than before for the sake of the move. The
   * total stays the scaler's. Processes that the release no longer has are drained last.
   *
   * <p>One rollout may ask for several divisions of the same release in a row, the last of them
   * {@link Division.Replace}. Asking {@link Division.Replace} for the release before is the way to
   * return: requests leave the new release as soon as the one before can take them.
   *
   * @throws RolloutException {@link RolloutException.Kind#REFUSED} where the release was not
   *     prepared, or is not there any more
   */
  void shift(EnvironmentId environment, ReleaseId to, Division division) throws RolloutException;

  /**
   * How far the last {@link #shift} to this release is. Returns at once. A release that a later
   * shift has taken the place of is {@link RolloutProgress.Failing}. One that had settled is asked
   * again while its division is held: it is Failing once a single one of its replicas has turned
   * out to be broken after all, while the others serve on.
   */
  RolloutProgress progress(EnvironmentId environment, ReleaseId to) throws RolloutException;

  /**
   * Removes what is left of a release that has no share any more: its candidate replicas, files and
   * description; and the same of every release that is older than the one that serves, since it was
   * left by a return that got stuck or a call that failed. Does nothing to one that has a share.
   */
  void retire(EnvironmentId environment, ReleaseId old) throws RolloutException;

  /**
   * Takes away a release that is no good and that whoever asks knows nothing before of. What the
   * target itself knows to serve, or to have served before it, is asked for again as by {@link
   * #shift}: where a server has lost its data, that is what served until then. Else all of the
   * environment goes as by {@link #remove}, but for what volumes hold.
   *
   * @return the release that was asked for again
   */
  Optional<ReleaseId> takeAway(ReleaseId release) throws RolloutException;

  /**
   * Takes all of an environment away and returns when it is gone: its replicas, drained as always,
   * its routes, its sizes and every release that was prepared for it.
   */
  void remove(EnvironmentId environment) throws RolloutException;

  /**
   * Runs a command once in a prepared release and blocks until it has ended. Called again with the
   * same id it attaches to the one that is there, and answers {@link
   * io.windlass.engine.run.StepResult.Lost} where it had begun and its end is unknown; it never
   * starts a second one.
   */
  CommandResult once(Release release, ReleaseCommand command, String id)
      throws RolloutException, InterruptedException;
}
