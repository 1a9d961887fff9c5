package io.windlass.scaler.signal;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Sends each query to the source that measures it, and asks all sources at once, so that a slow one
 * costs its own time only.
 */
public final class SignalRouter implements SignalSource {
  private final List<SignalSource> sources;
  private final Supplier<Function<SignalQuery, SignalSource>> routes;

  /**
   * Over these sources.
   *
   * @param routes asked once for each read: which of them measures a query
   */
  public SignalRouter(
      List<? extends SignalSource> sources, Supplier<Function<SignalQuery, SignalSource>> routes) {
    this.sources = List.copyOf(sources);
    this.routes = routes;
  }

  /** PromQL to one source and the named signals to another. */
  public static SignalRouter byKind(SignalSource named, SignalSource promQl) {
    return new SignalRouter(
        List.of(named, promQl),
        () -> query -> query.signal() instanceof Signal.PromQl ? promQl : named);
  }

  @Override
  public List<Reading> read(List<SignalQuery> queries, Instant now) {
    Function<SignalQuery, SignalSource> route = routes.get();
    Map<SignalSource, List<Integer>> positions = new LinkedHashMap<>();
    for (int i = 0; i < queries.size(); i++) {
      positions.computeIfAbsent(route.apply(queries.get(i)), _ -> new ArrayList<>()).add(i);
    }
    List<Asked> asked = new ArrayList<>();
    positions.forEach((source, own) ->
        asked.add(Asked.of(source, own, own.stream().map(queries::get).toList(), now)));
    SortedMap<Integer, Reading> merged = new TreeMap<>();
    asked.forEach(share -> share.into(merged));
    return List.copyOf(merged.values());
  }

  /** The longest of all: a little patience with one is better than no belief in the others. */
  @Override
  public Duration interval() {
    return sources.stream()
        .map(SignalSource::interval)
        .max(Duration::compareTo)
        .orElse(Duration.ZERO);
  }

  /**
   * What one source is asked.
   *
   * @param positions of its queries among all
   */
  private record Asked(
      List<Integer> positions, List<SignalQuery> queries, FutureTask<List<Reading>> task) {
    static Asked of(
        SignalSource source, List<Integer> positions, List<SignalQuery> queries, Instant now) {
      FutureTask<List<Reading>> task = new FutureTask<>(() -> source.read(queries, now));
      Thread.ofVirtual().name("signals").start(task);
      return new Asked(positions, queries, task);
    }

    void into(SortedMap<Integer, Reading> merged) {
      List<Reading> answers = await();
      for (int i = 0; i < answers.size(); i++) {
        merged.put(positions.get(i), answers.get(i));
      }
    }

    private List<Reading> await() {
      try {
        return task.get();
      } catch (InterruptedException e) {
        task.cancel(true);
        Thread.currentThread().interrupt();
        return missing("reading was interrupted");
      } catch (ExecutionException | CancellationException e) {
        return missing("the source failed: " + e.getMessage());
      }
    }

    private List<Reading> missing(String reason) {
      return queries.stream().<Reading>map(query -> new Reading.Missing(query, reason)).toList();
    }
  }
}
