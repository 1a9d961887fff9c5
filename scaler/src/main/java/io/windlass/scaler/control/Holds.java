package io.windlass.scaler.control;

import io.windlass.scaler.fleet.FleetId;
import io.windlass.scaler.fleet.Hold;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who holds which fleet from shrinking. Kept in memory only: an owner that outlives a restart
 * renews its hold, one that does not is rightly forgotten. Safe for several threads.
 */
public final class Holds {
  private record Key(String owner, FleetId fleet) {}

  private final Map<Key, Hold> holds = new ConcurrentHashMap<>();

  /**
   * Places a hold; one of the same owner on the same fleet is replaced, which is how a hold is
   * renewed.
   */
  public void hold(Hold hold) {
    holds.put(new Key(hold.owner(), hold.fleet()), hold);
  }

  /** Ends a hold before its time; does nothing if there is none. */
  public void release(String owner, FleetId fleet) {
    holds.remove(new Key(owner, fleet));
  }

  /**
   * The holds on a fleet that hold at this moment, by owner; those that have ended are forgotten.
   */
  public List<Hold> active(FleetId fleet, Instant now) {
    holds.values().removeIf(hold -> !hold.activeAt(now));
    return holds.values().stream()
        .filter(hold -> hold.fleet().equals(fleet))
        .sorted(Comparator.comparing(Hold::owner))
        .toList();
  }
}
