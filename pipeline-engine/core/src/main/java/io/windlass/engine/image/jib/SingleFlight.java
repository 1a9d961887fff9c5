package io.windlass.engine.image.jib;

import io.windlass.engine.image.ImageException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;

/**
 * Makes a thing once for all who want it at the same time. Whoever comes first makes it, the others
 * wait. When the first fails, each of the others tries for itself: its failure may have been its
 * own workspace's or its own end.
 */
final class SingleFlight<K, V> {

  private final Map<K, CompletableFuture<V>> flights = new ConcurrentHashMap<>();

  /** Makes the thing. */
  interface Maker<V> {
    V make() throws ImageException, InterruptedException;
  }

  V get(K key, Maker<V> maker) throws ImageException, InterruptedException {
    while (true) {
      CompletableFuture<V> mine = new CompletableFuture<>();
      CompletableFuture<V> theirs = flights.putIfAbsent(key, mine);
      if (theirs == null) {
        return lead(key, mine, maker);
      }
      try {
        return theirs.get();
      } catch (ExecutionException e) {
        // Once more, now perhaps as the first.
      }
    }
  }

  private V lead(K key, CompletableFuture<V> flight, Maker<V> maker)
      throws ImageException, InterruptedException {
    try {
      V made = maker.make();
      flight.complete(made);
      return made;
    } finally {
      flights.remove(key, flight);
      // Does nothing where it was completed.
      flight.completeExceptionally(new IllegalStateException("the first failed"));
    }
  }
}
