package io.windlass.engine.repository;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What one ref names.
 *
 * @param sha what it named when it was last decided
 * @param decided false when it was only seen to be there as the repository was first looked at
 * @param earlier what it named before, newest last: an event about one of these that forces nothing
 *     is late
 * @param version the count of the ref's changes at which it was set
 * @param run the newest run of the ref
 */
public record Head(
    String sha, boolean decided, List<String> earlier, long version, Optional<Long> run) {
  private static final int EARLIER_KEPT = 16;

  public Head {
    earlier = List.copyOf(earlier);
  }

  static Head seen(String sha, long version) {
    return new Head(sha, false, List.of(), version, Optional.empty());
  }

  /** What it names and named, newest first. */
  List<String> all() {
    List<String> all = new ArrayList<>(earlier);
    all.add(sha);
    return all.reversed();
  }

  static Head decided(Optional<Head> last, String sha, Optional<String> before, long version) {
    List<String> all = new ArrayList<>(last.map(Head::earlier).orElse(List.of()));
    last.map(Head::sha).ifPresent(all::add);
    before.filter(old -> !all.contains(old)).ifPresent(all::add);
    all.remove(sha);
    return new Head(
        sha,
        true,
        all.subList(Math.max(0, all.size() - EARLIER_KEPT), all.size()),
        version,
        last.flatMap(Head::run));
  }

  Head with(long newestRun) {
    return new Head(sha, decided, earlier, version, Optional.of(newestRun));
  }
}
