package io.windlass.engine.local.step;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Which step has written too much.
 *
 * @param workspaceBytes that a step's workspace and temporary files may have together
 * @param freeBytes that shall be left on the disk; below it no step starts
 */
record DiskRule(long workspaceBytes, long freeBytes) {
  /** So much less must be free than when a step was last ended for it, before another one is. */
  private static final long WORSE = 64L << 20;

  /**
   * What a running step has on the disk.
   *
   * @param step its id
   * @param first when it was first looked at, in bytes
   * @param now in bytes
   */
  record Use(String step, long first, long now) {
    long grown() {
      return now - first;
    }
  }

  /** A step that has to end, and why. */
  record Excess(String step, String reason) {}

  /** Why no step may start; empty: one may. */
  Optional<String> refusal(long free) {
    return free >= freeBytes
        ? Optional.empty()
        : Optional.of(
            "Tried to start a step but "
                + size(free)
                + " are free on its disk and "
                + size(freeBytes)
                + " are kept free; remove what is not needed, or give the data directory a larger"
                + " disk");
  }

  /** The first whose own files are too many; all that share a workspace are, one after another. */
  Optional<Excess> tooLarge(List<Use> uses) {
    return uses.stream()
        .filter(u -> u.now() > workspaceBytes)
        .findFirst()
        .map(u ->
            new Excess(
                u.step(),
                "The step's workspace has "
                    + size(u.now())
                    + " and "
                    + size(workspaceBytes)
                    + " are allowed; write less, or remove what is not needed any more"));
  }

  /**
   * The one that ends so that the others and the replicas can go on writing, where the disk runs
   * full: who has written most. Its files are still there a while after it, so that nobody else is
   * ended unless it gets worse.
   *
   * @param last bytes that were free when a step was last ended for it
   */
  Optional<Excess> fillsTheDisk(long free, OptionalLong last, List<Use> uses) {
    boolean full = free < freeBytes && (last.isEmpty() || free < last.getAsLong() - WORSE);
    if (!full) {
      return Optional.empty();
    }
    return uses.stream()
        .max(Comparator.comparingLong(Use::grown).thenComparingLong(Use::now))
        .map(u ->
            new Excess(
                u.step(),
                "The disk of the step's workspace has "
                    + size(free)
                    + " left, less than the "
                    + size(freeBytes)
                    + " that are kept free, and this step has written most: its workspace has "
                    + size(u.now())
                    + "; write less, or give the data directory a larger disk"));
  }

  private static String size(long bytes) {
    return bytes < 10L << 30 ? (bytes >> 20) + " MiB" : (bytes >> 30) + " GiB";
  }
}
