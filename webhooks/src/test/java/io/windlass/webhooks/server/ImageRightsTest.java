package io.windlass.webhooks.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.run.ImageGrants.Use;
import io.windlass.scaler.syntax.Source;
import io.windlass.webhooks.settings.Settings;
import io.windlass.webhooks.settings.SettingsReader;
import io.windlass.webhooks.settings.Surroundings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageRightsTest {
  private static final String FILE =
      """
      registries:
        - { host: ghcr.io, credentials: { docker-config: docker.json } }
        - { host: docker.io, credentials: { docker-config: docker.json } }
        - { host: quay.io }
      repositories:
        Acme/Shop:
        acme/site: { images: [ghcr.io/acme/web, index.docker.io/library] }
      """;

  @TempDir Path directory;
  private ImageRights rights;

  @BeforeEach
  void read() throws IOException {
    Files.createFile(
        directory.resolve("docker.json"),
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Settings settings =
        SettingsReader.read(
                new Source("server.yaml", FILE), new Surroundings(directory, _ -> Optional.empty()))
            .settings()
            .orElseThrow();
    rights = new ImageRights(() -> settings);
  }

  private boolean allowed(String repository, String image, Use use) {
    return rights.refusal(repository, image, use).isEmpty();
  }

  @Test
  void withoutAGrantARepositoryHasItsOwnNameInEveryRegistryAndWhatIsBelow() {
    assertThat(allowed("Acme/Shop", "ghcr.io/acme/shop", Use.PUSH)).isTrue();
    assertThat(allowed("Acme/Shop", "quay.io/acme/shop/worker:1", Use.PUSH)).isTrue();
    assertThat(allowed("Acme/Shop", "ghcr.io/acme/shopping", Use.PUSH)).isFalse();
    assertThat(allowed("Acme/Shop", "ghcr.io/acme/site", Use.PUSH)).isFalse();
    assertThat(allowed("Acme/Shop", "ghcr.io/acme/site", Use.PULL)).isFalse();
  }

  @Test
  void aGrantTakesThePlaceOfTheDefault() {
    assertThat(allowed("acme/site", "ghcr.io/acme/web/front", Use.PUSH)).isTrue();
    assertThat(allowed("acme/site", "ghcr.io/acme/site", Use.PUSH)).isFalse();
    assertThat(allowed("acme/site", "node:22-slim", Use.PULL)).isTrue();
    assertThat(allowed("acme/site", "acme/secret@sha256:" + "0".repeat(64), Use.PULL)).isFalse();
  }

  @Test
  void whatNeedsNoCredentialsIsPulledByEverybody() {
    assertThat(allowed("Acme/Shop", "quay.io/other/base:1", Use.PULL)).isTrue();
  }

  @Test
  void aRefusalNamesTheGrant() {
    assertThat(rights.refusal("acme/site", "ghcr.io/acme/shop", Use.PUSH).orElseThrow())
        .contains("push to 'ghcr.io/acme/shop'")
        .contains("ghcr.io/acme/web, index.docker.io/library")
        .contains("repositories.acme/site.images");
  }
}
