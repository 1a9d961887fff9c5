package io.windlass.engine.source;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The place that keeps the code and shows what became of it: GitHub, or any Git server.
 *
 * <p>Adapters are safe for any number of threads and block; they hold no lock while they wait for
 * the network. They retry nothing: a caller decides, by the answer. After a crash every call may be
 * made again: heads, pull requests and failed deliveries only read, a status sent twice shows once,
 * a redelivery asked for twice arrives twice under one {@code guid}.
 */
public interface SourceHost {

  /**
   * Every branch and tag with what it names; for an annotated tag the tag object, as in {@link
   * Intent.Pushed#after}.
   */
  Answer<Map<Ref, String>> heads(RepositoryName repository) throws SourceHostException;

  /**
   * The pull requests that are open, at most 3,000: those that changed last. A host that has none,
   * or cannot be asked for them, gives none.
   */
  Answer<List<Intent.PullRequest>> openPullRequests(RepositoryName repository)
      throws SourceHostException;

  /** Marks a commit. A host without marks accepts and shows nothing. */
  Answer<Answer.Done> status(RepositoryName repository, CommitStatus status)
      throws SourceHostException;

  /** Deliveries since the instant that never arrived, oldest first. */
  Answer<List<FailedDelivery>> failedDeliveries(Hook hook, Instant since)
      throws SourceHostException;

  /** Asks for one more attempt of a delivery. */
  Answer<Answer.Done> redeliver(Hook hook, long deliveryId) throws SourceHostException;
}
