package io.windlass.engine.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ManifestTextsTest {
  private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");
  private static final Instant LATER = THEN.plusSeconds(3600);

  @TempDir Path directory;

  private Database database;
  private ManifestTexts texts;

  @BeforeEach
  void open() {
    database = Database.open(DatabaseSettings.in(directory));
    texts = new ManifestTexts(database);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aTextIsFoundByItsHash() {
    String hash = texts.keep("kind: Deployment # ä\n", THEN);

    assertThat(hash).matches("sha256:[0-9a-f]{64}");
    assertThat(texts.find(hash)).contains("kind: Deployment # ä\n");
    assertThat(texts.keep("kind: Deployment # ä\n", THEN)).isEqualTo(hash);
    assertThat(texts.find("sha256:" + "0".repeat(64))).isEmpty();
  }

  @Test
  void anOldTextThatNothingNamesIsForgotten() {
    String hash = texts.keep("a", THEN);

    assertThat(texts.forget(THEN, Set.of())).isZero();
    assertThat(texts.forget(LATER, Set.of(hash))).isZero();
    assertThat(texts.forget(LATER, Set.of())).isEqualTo(1);
    assertThat(texts.find(hash)).isEmpty();
  }

  @Test
  void aTextThatIsKeptAgainIsNew() {
    String hash = texts.keep("a", THEN);
    texts.keep("a", LATER);

    assertThat(texts.forget(LATER, Set.of())).isZero();
    assertThat(texts.find(hash)).isPresent();
  }

  @Test
  void aTextThatAReleaseNamesStays() {
    String hash = texts.keep("a", THEN);
    database.run(tx ->
        tx.update(
            "INSERT INTO environment_release (environment, number, sha, body, status, was_live, created)"
                + " VALUES ('acme/shop/production', 1, 'c0ffee', ?, 'LIVE', 1, 0)",
            "{\"hash\":\"" + hash + "\"}"));

    assertThat(texts.forget(LATER, Set.of())).isZero();
    assertThat(texts.find(hash)).contains("a");
  }

  @Test
  void aTextThatIsTooLargeIsRefused() {
    assertThatThrownBy(() -> texts.keep("a".repeat(ManifestTexts.MOST_BYTES + 1), THEN))
        .hasMessageContaining("at most 1048576");
  }
}
