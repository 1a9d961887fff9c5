package io.windlass.scaler.fleet;

import static java.util.Objects.requireNonNull;

/**
 * Names the replicas of one process in one environment.
 *
 * @param environment the repository and its environment, as {@code acme/shop/production}
 * @param process the kind of program, as {@code web}; holds no slash
 */
public record FleetId(String environment, String process) implements Comparable<FleetId> {
  public FleetId {
    requireNonNull(environment, "environment");
    requireNonNull(process, "process");
    if (environment.isBlank() || process.isBlank() || process.indexOf('/') >= 0) {
      throw new IllegalArgumentException(
          "Tried to name a fleet \"%s/%s\" but a part is empty or the process holds a slash; use the form acme/shop/production/web"
              .formatted(environment, process));
    }
  }

  /**
   * Reads the text form {@code acme/shop/production/web}: what follows the last slash is the
   * process.
   *
   * @throws IllegalArgumentException if a part is missing
   */
  public static FleetId parse(String text) {
    int slash = text.lastIndexOf('/');
    if (slash < 0) {
      throw new IllegalArgumentException(
          "Tried to read the fleet \"%s\" but it names no process; use the form acme/shop/production/web"
              .formatted(text));
    }
    return new FleetId(text.substring(0, slash), text.substring(slash + 1));
  }

  @Override
  public int compareTo(FleetId other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return environment + "/" + process;
  }
}
