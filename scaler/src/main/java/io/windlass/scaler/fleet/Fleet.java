package io.windlass.scaler.fleet;

/**
 * Port to one fleet's size.
 *
 * <p>Implementations are safe for several threads; the scaler calls {@link #resize} from one at a
 * time. {@code resize} sets the wanted total and returns when the target has taken it, not when
 * replicas are ready. Setting the total that is set already does nothing. After an exception the
 * total may or may not have been set: the caller reads the state and decides again. Which release
 * the replicas run is never this port's business.
 */
public interface Fleet {
  /** The fleet that this sizes; never changes. */
  FleetId id();

  /**
   * Reads the fleet now, from its target and not from a cache.
   *
   * @throws FleetException if the target cannot be reached or does not know the fleet
   */
  FleetState state() throws FleetException;

  /**
   * Sets the wanted total.
   *
   * @param wanted zero or more
   * @param reason a sentence for the target's own records
   * @throws FleetException if the target refuses, cannot be reached, or does not know the fleet
   * @throws IllegalArgumentException if {@code wanted} is negative
   */
  void resize(int wanted, String reason) throws FleetException;
}
