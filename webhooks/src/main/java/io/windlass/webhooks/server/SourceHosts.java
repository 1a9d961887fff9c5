package io.windlass.webhooks.server;

import io.windlass.engine.git.CloneUrl;
import io.windlass.engine.git.Credentials;
import io.windlass.engine.git.GitHeads;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.source.GitHub;
import io.windlass.engine.source.GitHubIdentity;
import io.windlass.engine.source.GitHubSettings;
import io.windlass.engine.source.Heads;
import io.windlass.engine.source.PlainHost;
import io.windlass.engine.source.RepositoryName;
import io.windlass.engine.source.SourceHost;
import io.windlass.webhooks.settings.Settings;
import java.io.IOException;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Who each repository is at its host: a token of its own, else GitHub's common token or App, else a
 * plain Git server. One client is kept for each identity, so that rate limits and the App's tokens
 * are shared; a reload of the settings makes new ones.
 */
final class SourceHosts implements AutoCloseable {
  private final Supplier<Settings> settings;
  private final InstantSource clock;
  private final Heads heads;
  private final Map<RepositoryName, GitHub> own = new HashMap<>();
  private Optional<GitHub> common = Optional.empty();

  SourceHosts(Supplier<Settings> settings, Mirrors mirrors, InstantSource clock) {
    this.settings = settings;
    this.clock = clock;
    Clones clones = new Clones(settings, this::cloneToken);
    this.heads =
        new GitHeads(
            mirrors,
            name ->
                clones
                    .of(name)
                    .map(source -> new GitHeads.Origin(source.url(), source.credentials())));
  }

  /**
   * Makes the clients anew from the settings as they are now; where that fails the old ones stay.
   */
  synchronized void refresh() throws IOException {
    Settings now = settings.get();
    Settings.GitHub github = now.github();
    Optional<GitHub> freshCommon;
    if (github.app().isPresent()) {
      Settings.App app = github.app().get();
      freshCommon =
          Optional.of(
              client(
                  github,
                  GitHubIdentity.App.parse(Long.toString(app.id()), app.privateKey().reveal())));
    } else {
      freshCommon =
          github.token().map(token -> client(github, new GitHubIdentity.Token(token.reveal())));
    }
    close();
    common = freshCommon;
    now.repositories()
        .forEach((name, repository) ->
            repository
                .token()
                .ifPresent(token ->
                    own.put(name, client(github, new GitHubIdentity.Token(token.reveal())))));
  }

  /** The host of a repository; empty for one that the server's file does not know. */
  synchronized Optional<SourceHost> of(RepositoryName name) {
    if (!settings.get().repositories().containsKey(name)) {
      return Optional.empty();
    }
    return Optional.of(
        github(name).<SourceHost>map(client -> client).orElseGet(() -> new PlainHost(heads)));
  }

  /**
   * GitHub as seen by a repository; empty where no credentials are configured, and for a repository
   * that is at another host: GitHub must see neither that host's token nor a mark on a repository
   * of its own that happens to have the same name.
   */
  synchronized Optional<GitHub> github(RepositoryName name) {
    Settings.Repository repository = settings.get().repositories().get(name);
    return repository == null || isElsewhere(repository.cloneUrl())
        ? Optional.empty()
        : client(name);
  }

  /** GitHub as the server's own token or App sees it; empty where there is none. */
  synchronized Optional<GitHub> common() {
    return common;
  }

  /** What opens a repository over https; empty where it is public. */
  synchronized Optional<Credentials.TokenSource> cloneToken(RepositoryName name) {
    Settings.Repository repository = settings.get().repositories().get(name);
    // The common token is for GitHub's own host: another one must not get to see it.
    if (repository == null
        || (repository.token().isEmpty() && isElsewhere(repository.cloneUrl()))) {
      return Optional.empty();
    }
    return client(name).map(client -> () -> client.cloneToken(name));
  }

  private Optional<GitHub> client(RepositoryName name) {
    return Optional.ofNullable(own.get(name)).or(() -> common);
  }

  /** A repository on this machine's disk is at no host, and may be marked at GitHub. */
  private boolean isElsewhere(CloneUrl url) {
    String api = settings.get().github().api().getHost();
    String host = api.startsWith("api.") ? api.substring(4) : api;
    return url.scheme() != CloneUrl.Scheme.FILE
        && !url.host().equalsIgnoreCase(host)
        && !url.host().equalsIgnoreCase("ssh." + host);
  }

  private GitHub client(Settings.GitHub github, GitHubIdentity identity) {
    GitHubSettings standard = GitHubSettings.of(identity);
    return new GitHub(
        new GitHubSettings(github.api(), identity, standard.timeout(), standard.maxResponseBytes()),
        heads,
        clock);
  }

  @Override
  public synchronized void close() {
    own.values().forEach(GitHub::close);
    own.clear();
    common.ifPresent(GitHub::close);
    common = Optional.empty();
  }
}
