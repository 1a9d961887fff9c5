package io.windlass.engine.source;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * A Git server and nothing more: it has branches, but no place for statuses, no pull requests and
 * no list of deliveries.
 */
public final class PlainHost implements SourceHost {
  private final Heads heads;

  public PlainHost(Heads heads) {
    this.heads = heads;
  }

  @Override
  public Answer<Map<Ref, String>> heads(RepositoryName repository) throws SourceHostException {
    return heads.of(repository);
  }

  @Override
  public Answer<List<Intent.PullRequest>> openPullRequests(RepositoryName repository) {
    return new Answer.Given<>(List.of());
  }

  @Override
  public Answer<Answer.Done> status(RepositoryName repository, CommitStatus status) {
    return new Answer.Given<>(Answer.Done.DONE);
  }

  @Override
  public Answer<List<FailedDelivery>> failedDeliveries(Hook hook, Instant since) {
    return new Answer.Given<>(List.of());
  }

  @Override
  public Answer<Answer.Done> redeliver(Hook hook, long deliveryId) {
    return new Answer.Refused<>(
        "Tried to ask for delivery "
            + deliveryId
            + " again but a plain Git server keeps none; push again");
  }
}
