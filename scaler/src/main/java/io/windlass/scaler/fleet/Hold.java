package io.windlass.scaler.fleet;

import java.time.Instant;

/**
 * Somebody asks the scaler not to shrink a fleet for a while. Growth is never held. A hold that
 * nobody renews ends by itself, so that one forgotten by a crashed owner does no lasting harm.
 *
 * @param owner who asks, as {@code rollout acme/shop/production#41}; a second hold of the same
 *     owner replaces the first
 * @param reason in words that a user reads
 * @param until when it ends by itself; exclusive
 */
public record Hold(String owner, FleetId fleet, String reason, Instant until) {
  /** Whether it still holds at this moment. */
  public boolean activeAt(Instant now) {
    return now.isBefore(until);
  }
}
