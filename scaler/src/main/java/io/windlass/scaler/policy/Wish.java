package io.windlass.scaler.policy;

import java.util.OptionalInt;

/**
 * How large one policy would have the fleet at one moment.
 *
 * @param policy its {@link Policy#key()}
 * @param replicas empty for no wish
 * @param why a clause of a sentence, as {@code cpu is at 92% per replica where 60% is wanted, which
 *     needs 4 replicas}
 */
public record Wish(String policy, OptionalInt replicas, String why) {}
