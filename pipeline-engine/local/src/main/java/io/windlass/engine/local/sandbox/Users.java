package io.windlass.engine.local.sandbox;

import java.util.HashMap;
import java.util.Map;

/**
 * Hands out user ids that no account of the machine has: one for each key (a run's workspace, an
 * environment), so that two of them are strangers to each other. The same key is given the same id
 * again wherever that is free.
 */
public final class Users {
  /** In a part of the number space that neither systemd nor containers hand out. */
  public static final int FIRST = 1_900_000_000;

  /** How many are used from the first on. */
  public static final int COUNT = 60_000;

  private final int first;
  private final Map<Integer, String> held = new HashMap<>();
  private final Map<Integer, Integer> uses = new HashMap<>();

  /** Hands out {@link #COUNT} ids from {@code first} on. */
  public Users(int first) {
    this.first = first;
  }

  /** Whether this is one of the ids that are handed out here. */
  public boolean lends(int user) {
    return user >= first && user < first + COUNT;
  }

  /** The id of this key, held until it was released as often as it was acquired. */
  public synchronized int acquire(String key) {
    int start = Math.floorMod(key.hashCode(), COUNT);
    for (int i = 0; i < COUNT; i++) {
      int user = first + (start + i) % COUNT;
      String holder = held.putIfAbsent(user, key);
      if (holder == null || holder.equals(key)) {
        uses.merge(user, 1, Integer::sum);
        return user;
      }
    }
    throw new IllegalStateException(
        "Tried to give \"" + key + "\" a user id of its own but all " + COUNT + " are taken");
  }

  /** Gives back one use; true where it was the last one. */
  public synchronized boolean release(int user) {
    Integer left = uses.computeIfPresent(user, (_, n) -> n == 1 ? null : n - 1);
    if (left == null) {
      held.remove(user);
      return true;
    }
    return false;
  }
}
