package io.windlass.engine.local.state;

import java.util.Optional;

/**
 * How an environment's fleets are divided.
 *
 * @param to the release that was moved to last
 * @param percent of it
 * @param from the one before, until all of the total has proved to be of {@code to}
 */
public record Division(String to, int percent, Optional<String> from) {

  /** After the engine has asked for a move. */
  public static Division shifted(Optional<Division> before, String release, int percent) {
    if (before.isEmpty()) {
      return new Division(release, percent, Optional.empty());
    }
    Division now = before.get();
    if (now.to().equals(release)) {
      return new Division(release, percent, now.from());
    }
    // A candidate that has not proved itself is nothing to go on from, unless it is left for what
    // ran before it.
    Optional<String> from = now.from().filter(f -> !f.equals(release));
    return new Division(release, percent, Optional.of(from.orElse(now.to())));
  }

  /** Once all is of {@code to}. */
  public Division proved() {
    return new Division(to, percent, Optional.empty());
  }

  public boolean names(String release) {
    return to.equals(release) || from.filter(release::equals).isPresent();
  }
}
