package io.windlass.engine.source;

/** Where a host sends its deliveries from. */
public sealed interface Hook {
  /**
   * The hook of one repository, by the number that deliveries carry in {@code X-GitHub-Hook-ID}.
   */
  record OfRepository(RepositoryName repository, long id) implements Hook {}

  /**
   * The hook of an organisation, by its number.
   *
   * @param member a repository of it, as which the host is asked
   */
  record OfOrganization(String login, long id, RepositoryName member) implements Hook {}

  /** The one hook of the GitHub App whose key we hold. */
  record OfApp() implements Hook {}
}
