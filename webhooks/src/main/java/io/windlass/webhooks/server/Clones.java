package io.windlass.webhooks.server;

import io.windlass.engine.git.CloneUrl;
import io.windlass.engine.git.Credentials;
import io.windlass.engine.run.CloneSource;
import io.windlass.engine.source.RepositoryName;
import io.windlass.webhooks.settings.Settings;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/** Where repositories are cloned from, by the server's file as it stands. */
final class Clones implements CloneSource.Lookup {
  private static final String TOKEN_USER = "x-access-token";

  private final Supplier<Settings> settings;
  private final Function<RepositoryName, Optional<Credentials.TokenSource>> tokens;

  /**
   * Looks repositories up.
   *
   * @param tokens what opens a repository over https; empty where nothing is configured
   */
  Clones(
      Supplier<Settings> settings,
      Function<RepositoryName, Optional<Credentials.TokenSource>> tokens) {
    this.settings = settings;
    this.tokens = tokens;
  }

  @Override
  public Optional<CloneSource> of(RepositoryName name) {
    return Optional.ofNullable(settings.get().repositories().get(name))
        .map(repository -> new CloneSource(repository.cloneUrl(), credentials(name, repository)));
  }

  private Credentials credentials(RepositoryName name, Settings.Repository repository) {
    CloneUrl url = repository.cloneUrl();
    return switch (url.scheme()) {
      case HTTPS, HTTP ->
          tokens
              .apply(name)
              .<Credentials>map(source -> new Credentials.Token(TOKEN_USER, source))
              .orElseGet(Credentials.Anonymous::new);
      case SSH ->
          repository
              .ssh()
              .<Credentials>map(ssh -> new Credentials.SshKey(ssh.key(), ssh.hostKeys()))
              .orElseGet(Credentials.Anonymous::new);
      case FILE -> new Credentials.Anonymous();
    };
  }
}
