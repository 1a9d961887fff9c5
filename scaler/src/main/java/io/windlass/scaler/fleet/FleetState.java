package io.windlass.scaler.fleet;

import java.util.List;
import java.util.Optional;

/**
 * A fleet at one moment.
 *
 * @param wanted the total that the target is set to, whoever set it; a rollout's surge comes on top
 * @param lastWriter who set {@code wanted} last, where the target knows
 * @param replicas every member, whatever its release and state
 * @param hostLimit the most that the place can hold now, where the target knows
 */
public record FleetState(
    FleetId id,
    int wanted,
    Optional<String> lastWriter,
    List<Replica> replicas,
    Optional<Limit> hostLimit) {
  public FleetState {
    if (wanted < 0) {
      throw new IllegalArgumentException(
          "Tried to describe fleet \"" + id + "\" with " + wanted + " wanted replicas");
    }
    replicas = List.copyOf(replicas);
  }

  /** The members in this state. */
  public List<Replica> in(Replica.State state) {
    return replicas.stream().filter(replica -> replica.state() == state).toList();
  }

  /** How many members are in this state. */
  public int count(Replica.State state) {
    return in(state).size();
  }

  /**
   * Members beyond the wanted total, as a rollout's surge: they hold memory and connections too.
   */
  public int surge() {
    return Math.max(0, replicas.size() - wanted);
  }
}
