package io.windlass.engine.source;

import java.net.URI;
import java.time.Duration;

/**
 * Where GitHub's API is and who we are there.
 *
 * @param api {@code https://api.github.com}, or {@code https://host/api/v3} of a GitHub Enterprise
 *     server
 * @param timeout of one call from begin to end
 * @param maxResponseBytes more than that is not read
 */
public record GitHubSettings(
    URI api, GitHubIdentity identity, Duration timeout, int maxResponseBytes) {
  public static final URI GITHUB = URI.create("https://api.github.com");

  public GitHubSettings {
    boolean loopback =
        api.getHost() != null
            && (api.getHost().equals("127.0.0.1") || api.getHost().equals("localhost"));
    if (api.getHost() == null
        || !("https".equals(api.getScheme()) || ("http".equals(api.getScheme()) && loopback))) {
      throw new IllegalArgumentException(
          "Tried to use \""
              + api
              + "\" as GitHub's API but a token may only travel over https; write it like "
              + GITHUB);
    }
    api = URI.create(api.toString().replaceAll("/+$", ""));
  }

  public static GitHubSettings of(GitHubIdentity identity) {
    return new GitHubSettings(GITHUB, identity, Duration.ofSeconds(15), 8 << 20);
  }
}
