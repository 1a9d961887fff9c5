package io.windlass.scaler.fleet;

import io.windlass.scaler.fleet.Replica.State;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A fleet that lives in this process: the real port without a machine behind it, for tests,
 * simulation and observe-only trials. New replicas begin {@link State#STARTING} and stay so until
 * {@link #settle()}.
 */
public final class MemoryFleet implements Fleet {
  private final FleetId id;
  private final InstantSource clock;
  private final List<Replica> replicas = new ArrayList<>();
  private final List<Integer> written = new ArrayList<>();
  private String release = "1";
  private int wanted;
  private int numbered;
  private Optional<String> lastWriter = Optional.empty();
  private Optional<Limit> hostLimit = Optional.empty();
  private @Nullable String broken;

  /** A fleet of {@code size} replicas, all ready. */
  public MemoryFleet(FleetId id, int size, InstantSource clock) {
    this.id = id;
    this.clock = clock;
    set(size);
    settle();
  }

  @Override
  public FleetId id() {
    return id;
  }

  @Override
  public synchronized FleetState state() throws FleetException {
    failIfBroken("read");
    return new FleetState(id, wanted, lastWriter, replicas, hostLimit);
  }

  @Override
  public synchronized void resize(int wanted, String reason) throws FleetException {
    if (wanted < 0) {
      throw new IllegalArgumentException(
          "Tried to resize fleet \"" + id + "\" to " + wanted + "; use zero or more");
    }
    failIfBroken("resize");
    written.add(wanted);
    lastWriter = Optional.of("windlass");
    set(wanted);
  }

  /** Every size that came through {@link #resize}, in order. */
  public synchronized List<Integer> written() {
    return List.copyOf(written);
  }

  /** Every replica that starts becomes ready. */
  public synchronized void settle() {
    replicas.replaceAll(r -> r.state() == State.STARTING ? moved(r, State.READY) : r);
  }

  /** Moves one replica to a state. */
  public synchronized void move(String replica, State state) {
    replicas.replaceAll(r -> r.id().equals(replica) ? moved(r, state) : r);
  }

  /** Somebody other than the scaler sets the total. */
  public synchronized void writeFromOutside(int wanted, String writer) {
    lastWriter = Optional.of(writer);
    set(wanted);
  }

  /** Replicas beyond the total, as a rollout's surge, all starting. */
  public synchronized void surge(String release, int count) {
    this.release = release;
    for (int i = 0; i < count; i++) {
      add();
    }
  }

  /** Says how many replicas the place can hold from now on. */
  public synchronized void limit(@Nullable Limit limit) {
    hostLimit = Optional.ofNullable(limit);
  }

  /** Every call fails with this cause from now on; null repairs. */
  public synchronized void breakWith(@Nullable String cause) {
    broken = cause;
  }

  private void failIfBroken(String verb) throws FleetException {
    if (broken != null) {
      throw new FleetException("Tried to " + verb + " fleet \"" + id + "\" but " + broken);
    }
  }

  private void set(int size) {
    wanted = size;
    while (replicas.size() < size) {
      add();
    }
    // The youngest go first, those that do not serve before those that do.
    shrinkWhere(replica -> replica.state() != State.READY);
    shrinkWhere(replica -> true);
  }

  private void shrinkWhere(Predicate<Replica> may) {
    for (int i = replicas.size() - 1; i >= 0 && replicas.size() > wanted; i--) {
      if (may.test(replicas.get(i))) {
        replicas.remove(i);
      }
    }
  }

  private void add() {
    replicas.add(
        new Replica(id.process() + "-" + ++numbered, release, State.STARTING, clock.instant()));
  }

  private Replica moved(Replica replica, State state) {
    return new Replica(replica.id(), replica.release(), state, clock.instant());
  }
}
