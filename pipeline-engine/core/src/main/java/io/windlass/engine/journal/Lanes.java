package io.windlass.engine.journal;

import io.windlass.engine.journal.EffectTable.WaitingEffect;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;

/**
 * Decides which effect goes next: one at a time in a lane, in order, and no more of a type than its
 * limit. Knows nothing of how effects are performed. All methods are quick and may be called by any
 * thread.
 */
final class Lanes {
  /** Effects of the same machine and class share a limit. */
  record Type(String kind, String effect) {
    static Type of(WaitingEffect effect) {
      return new Type(effect.id().subject().kind(), effect.type());
    }
  }

  private static final class Share {
    private final int limit;
    private int running;
    private final ArrayDeque<WaitingEffect> waiting = new ArrayDeque<>();

    Share(int limit) {
      this.limit = limit;
    }
  }

  private final InstantSource clock;
  private final Alarms alarms;
  private final ToIntFunction<Type> limits;
  private final Consumer<WaitingEffect> begin;
  private final Map<String, ArrayDeque<WaitingEffect>> lanes = new HashMap<>();
  private final Map<Type, Share> shares = new HashMap<>();
  private final Set<EffectId> known = new HashSet<>();
  private boolean stopped;

  /**
   * Lanes without effects.
   *
   * @param limits asked once for each type
   * @param begin starts an attempt and returns at once
   */
  Lanes(
      InstantSource clock,
      Alarms alarms,
      ToIntFunction<Type> limits,
      Consumer<WaitingEffect> begin) {
    this.clock = clock;
    this.alarms = alarms;
    this.limits = limits;
    this.begin = begin;
  }

  /** Adds an effect at the end of its lane, unless it is there already. */
  void add(WaitingEffect effect) {
    Optional<WaitingEffect> next = Optional.empty();
    synchronized (this) {
      if (known.add(effect.id())) {
        var lane = lanes.computeIfAbsent(effect.lane(), _ -> new ArrayDeque<>());
        lane.add(effect);
        next = lane.size() == 1 ? admit(effect) : Optional.empty();
      }
    }
    next.ifPresent(begin);
  }

  /** The attempt has ended, and there will be no other. */
  void ended(WaitingEffect effect) {
    var next = new ArrayList<WaitingEffect>();
    synchronized (this) {
      known.remove(effect.id());
      var lane = lanes.get(effect.lane());
      if (lane != null) {
        lane.remove();
        if (lane.isEmpty()) {
          lanes.remove(effect.lane());
        } else {
          admit(lane.element()).ifPresent(next::add);
        }
      }
      leave(effect).ifPresent(next::add);
    }
    next.forEach(begin);
  }

  /** The attempt has ended, and the next is due at {@code again.due()}; the lane waits. */
  void again(WaitingEffect again) {
    var next = new ArrayList<WaitingEffect>();
    synchronized (this) {
      var lane = lanes.get(again.lane());
      if (lane != null) {
        lane.remove();
        lane.addFirst(again);
      }
      leave(again).ifPresent(next::add);
      admit(again).ifPresent(next::add);
    }
    next.forEach(begin);
  }

  /** Starts nothing any more. */
  synchronized void stop() {
    stopped = true;
  }

  private Optional<WaitingEffect> admit(WaitingEffect effect) {
    if (stopped) {
      return Optional.empty();
    }
    Instant due = effect.due();
    if (due.isAfter(clock.instant())) {
      alarms.at(due, () -> dueNow(effect));
      return Optional.empty();
    }
    Share share = share(effect);
    if (share.running < share.limit) {
      share.running++;
      return Optional.of(effect);
    }
    share.waiting.add(effect);
    return Optional.empty();
  }

  private void dueNow(WaitingEffect effect) {
    Optional<WaitingEffect> next;
    synchronized (this) {
      next = admit(effect);
    }
    next.ifPresent(begin);
  }

  private Optional<WaitingEffect> leave(WaitingEffect effect) {
    Share share = share(effect);
    share.running--;
    WaitingEffect next = stopped ? null : share.waiting.poll();
    if (next != null) {
      share.running++;
    }
    return Optional.ofNullable(next);
  }

  private Share share(WaitingEffect effect) {
    return shares.computeIfAbsent(Type.of(effect), type -> new Share(limits.applyAsInt(type)));
  }

  /** How many effects are known, under way or not. */
  synchronized int size() {
    return known.size();
  }
}
