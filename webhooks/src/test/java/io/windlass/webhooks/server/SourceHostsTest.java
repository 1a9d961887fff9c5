package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.git.MirrorSettings;
import io.windlass.engine.git.Mirrors;
import io.windlass.engine.source.GitHub;
import io.windlass.engine.source.PlainHost;
import io.windlass.engine.source.RepositoryName;
import io.windlass.scaler.syntax.Source;
import io.windlass.webhooks.settings.Settings;
import io.windlass.webhooks.settings.SettingsReader;
import io.windlass.webhooks.settings.Surroundings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceHostsTest {
  private static final RepositoryName SHOP = RepositoryName.of("acme/shop");
  private static final RepositoryName ELSEWHERE = RepositoryName.of("acme/elsewhere");

  private static final String FILE =
      """
      server: { url: "http://127.0.0.1:8080/", data: "data" }
      targets: { local: { keeper: {} } }
      """;
  private static final String REPOSITORIES =
      """
      repositories:
        acme/shop: { secret: { env: T } }
        acme/elsewhere: { secret: { env: T }, clone: "https://git.example.com/acme/elsewhere.git" %s }
      """;

  @TempDir private Path data;

  @Test
  void githubGetsNoTokenAndNoMarkOfARepositoryThatIsAtAnotherHost() throws Exception {
    try (Mirrors mirrors = mirrors();
        SourceHosts hosts = hosts(read(repositories(", token: { env: T }")), mirrors)) {
      assertThat(hosts.github(ELSEWHERE)).isEmpty();
      assertThat(hosts.of(ELSEWHERE)).containsInstanceOf(PlainHost.class);
      assertThat(hosts.cloneToken(ELSEWHERE).orElseThrow().token()).isEqualTo("secret-of-T");
    }
  }

  @Test
  void theCommonTokenIsForRepositoriesAtGithubAlone() throws Exception {
    try (Mirrors mirrors = mirrors();
        SourceHosts hosts =
            hosts(read("github: { token: { env: COMMON } }\n" + repositories("")), mirrors)) {
      assertThat(hosts.of(SHOP)).containsInstanceOf(GitHub.class);
      assertThat(hosts.cloneToken(SHOP).orElseThrow().token()).isEqualTo("secret-of-COMMON");
      assertThat(hosts.of(ELSEWHERE)).containsInstanceOf(PlainHost.class);
      assertThat(hosts.cloneToken(ELSEWHERE)).isEmpty();
    }
  }

  @Test
  void whereNewCredentialsCannotBeReadTheOldOnesStay() throws Exception {
    AtomicReference<Settings> settings =
        new AtomicReference<>(read("github: { token: { env: COMMON } }\n" + repositories("")));
    try (Mirrors mirrors = mirrors();
        SourceHosts hosts = new SourceHosts(settings::get, mirrors, InstantSource.system())) {
      hosts.refresh();
      settings.set(
          read(
              "github: { app-id: 7, private-key: { env: T }, webhook-secret: { env: T } }\n"
                  + repositories("")));

      assertThatThrownBy(hosts::refresh).isInstanceOf(Exception.class);
      assertThat(hosts.of(SHOP)).containsInstanceOf(GitHub.class);
    }
  }

  private static String repositories(String more) {
    return REPOSITORIES.formatted(more);
  }

  private Mirrors mirrors() {
    return Mirrors.open(MirrorSettings.in(data.resolve("mirrors")));
  }

  private static SourceHosts hosts(Settings settings, Mirrors mirrors) throws IOException {
    SourceHosts hosts = new SourceHosts(() -> settings, mirrors, InstantSource.system());
    hosts.refresh();
    return hosts;
  }

  private Settings read(String text) {
    var result =
        SettingsReader.read(
            new Source("server.yaml", FILE + text),
            new Surroundings(data, name -> Optional.of("secret-of-" + name)));
    assertThat(result.problems()).isEmpty();
    return result.settings().orElseThrow();
  }
}
