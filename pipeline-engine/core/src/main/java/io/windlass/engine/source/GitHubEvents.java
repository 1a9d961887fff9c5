package io.windlass.engine.source;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Reads GitHub's webhook bodies. Pure, and total: any event name with any JSON gives an {@link
 * Intent}.
 */
public final class GitHubEvents {
  /** So many commits of a push are kept for its page. */
  public static final int COMMITS_KEPT = 20;

  private GitHubEvents() {}

  /** What the event {@code name} of the header {@code X-GitHub-Event} with this body asks of us. */
  public static Intent read(String name, JsonNode body) {
    return EventReader.read(name, body);
  }
}
