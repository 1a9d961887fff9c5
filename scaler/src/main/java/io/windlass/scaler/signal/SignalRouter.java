package io.windlass.scaler.signal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Sends PromQL to one source and the named signals to another, both at once, so that a slow one
 * costs its own time only.
 */
public final class SignalRouter implements SignalSource {
  private final SignalSource named;
  private final SignalSource promQl;

  public SignalRouter(SignalSource named, SignalSource promQl) {
    this.named = named;
    this.promQl = promQl;
  }

  @Override
  public List<Reading> read(List<SignalQuery> queries, Instant now) {
    List<SignalQuery> expressions = queries.stream().filter(SignalRouter::isPromQl).toList();
    List<SignalQuery> others = queries.stream().filter(query -> !isPromQl(query)).toList();
    if (expressions.isEmpty()) {
      return named.read(others, now);
    }
    FutureTask<List<Reading>> asked = new FutureTask<>(() -> promQl.read(expressions, now));
    Thread.ofVirtual().name("signals-promql").start(asked);
    return merge(queries, named.read(others, now), await(asked, expressions));
  }

  /** The longer of both: a little patience with one is better than no belief in the other. */
  @Override
  public Duration interval() {
    return named.interval().compareTo(promQl.interval()) > 0 ? named.interval() : promQl.interval();
  }

  private static List<Reading> merge(
      List<SignalQuery> queries, List<Reading> fromNamed, List<Reading> fromPromQl) {
    var namedReadings = fromNamed.iterator();
    var promQlReadings = fromPromQl.iterator();
    List<Reading> merged = new ArrayList<>(queries.size());
    for (SignalQuery query : queries) {
      merged.add((isPromQl(query) ? promQlReadings : namedReadings).next());
    }
    return merged;
  }

  private static List<Reading> await(FutureTask<List<Reading>> asked, List<SignalQuery> queries) {
    try {
      return asked.get();
    } catch (InterruptedException e) {
      asked.cancel(true);
      Thread.currentThread().interrupt();
      return missing(queries, "reading was interrupted");
    } catch (ExecutionException | CancellationException e) {
      return missing(queries, "the source failed: " + e.getMessage());
    }
  }

  private static List<Reading> missing(List<SignalQuery> queries, String reason) {
    return queries.stream().<Reading>map(query -> new Reading.Missing(query, reason)).toList();
  }

  private static boolean isPromQl(SignalQuery query) {
    return query.signal() instanceof Signal.PromQl;
  }
}
