package io.windlass.engine.notification;

import java.util.Optional;

/**
 * How one branch or tag stands.
 *
 * @param lastRun the newest run whose end was heard, 0 for none
 * @param failure the cause that was told last, until the ref recovers
 * @param problem why the last message did not reach everybody
 */
public record AlertState(long lastRun, Optional<String> failure, Optional<String> problem) {}
