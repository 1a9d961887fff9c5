package io.windlass.engine.local.sandbox;

import io.windlass.engine.local.sandbox.LoopbackFilter.Confined;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Networks for steps, each for one step only, each sent for by a user of its own that is kept from
 * this machine's services. To make one takes longer than to start the step, so one is made ahead.
 * Thread-safe.
 */
public final class Networks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Networks.class);
  private static final Executor AHEAD =
      task -> Thread.ofVirtual().name("network-ahead").start(task);

  /** What is given back when a network is closed. */
  private record Held(String mark, int user) {}

  private final Isolation isolation;
  private final Users users;
  private final Map<HeldNetwork, Held> made = new ConcurrentHashMap<>();
  private Optional<CompletableFuture<HeldNetwork>> ahead = Optional.empty();
  private boolean closed;

  public Networks(Isolation isolation, Users users) {
    this.isolation = isolation;
    this.users = users;
  }

  /** Begins to make the next one, where there is none ahead and this machine can. */
  public synchronized void prepare() {
    if (!closed && ahead.isEmpty()) {
      ahead =
          isolation
              .sandbox()
              .networks()
              .map(maker -> CompletableFuture.supplyAsync(() -> makeUnchecked(maker), AHEAD));
    }
  }

  /** The one that was made ahead, or a new one; empty where this machine cannot make any. */
  public Optional<HeldNetwork> take() throws IOException {
    Optional<OwnNetwork> maker = isolation.sandbox().networks();
    if (maker.isEmpty()) {
      return Optional.empty();
    }
    Optional<HeldNetwork> ready = takeAhead();
    return ready.isPresent() ? ready : Optional.of(make(maker.get()));
  }

  /** Ends a network, when whoever was in it has ended. */
  public void giveBack(HeldNetwork network) {
    network.close();
    Held held = made.remove(network);
    if (held != null) {
      forget(held);
    }
  }

  private Optional<HeldNetwork> takeAhead() {
    Optional<CompletableFuture<HeldNetwork>> mine;
    synchronized (this) {
      mine = ahead;
      ahead = Optional.empty();
    }
    try {
      Optional<HeldNetwork> network = mine.map(CompletableFuture::join);
      if (network.isPresent() && !network.get().ready()) {
        giveBack(network.get());
        return Optional.empty();
      }
      return network;
    } catch (CompletionException e) {
      LOG.warn("The next step's network could not be made ahead", e.getCause());
      return Optional.empty();
    }
  }

  private HeldNetwork makeUnchecked(OwnNetwork maker) {
    try {
      return make(maker);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private HeldNetwork make(OwnNetwork maker) throws IOException {
    String mark = "network-" + UUID.randomUUID();
    Held held = new Held(mark, users.acquire(mark));
    boolean done = false;
    try {
      isolation.loopback().confine(mark, new Confined(held.user(), Optional.empty(), false));
      boolean drops = isolation.sandbox().dropsUser();
      HeldNetwork network = maker.make(drops ? Optional.of(held.user()) : Optional.empty());
      made.put(network, held);
      done = true;
      return network;
    } finally {
      if (!done) {
        forget(held);
      }
    }
  }

  private void forget(Held held) {
    isolation.loopback().release(held.mark());
    users.release(held.user());
  }

  /** Ends the one that nobody has taken; none is made ahead any more. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    takeAhead().ifPresent(this::giveBack);
  }
}
