package io.windlass.engine.repository;

import java.util.Optional;

/**
 * One ref.
 *
 * @param ref full name, or {@code refs/pull/7/head}
 * @param version counts the changes of the head
 * @param head empty while it is not known, and when it is gone
 * @param defaultBranch of the repository, as the last push of this ref named it
 * @param repeated the version of an ask under way whose commit turned out to be decided before: its
 *     answer makes no run
 * @param decided what the last event came to
 */
public record RefState(
    String repository,
    String ref,
    long version,
    Optional<Head> head,
    Optional<String> defaultBranch,
    Optional<Long> repeated,
    Optional<Decision> decided) {
  /** What is known of a ref that nobody has heard of, by the key of its machine's subject. */
  static RefState of(String key) {
    int space = key.indexOf(' ');
    return of(key.substring(0, space), key.substring(space + 1));
  }

  private static RefState of(String repository, String ref) {
    return new RefState(
        repository, ref, 0, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
  }
}
