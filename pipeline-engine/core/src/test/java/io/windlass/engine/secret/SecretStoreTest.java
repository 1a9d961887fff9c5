package io.windlass.engine.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.journal.Database;
import io.windlass.engine.journal.DatabaseSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SecretStoreTest {
  private static final SecretScope SHOP = SecretScope.of("acme/shop");
  private static final SecretScope PRODUCTION = SecretScope.of("acme/shop", "production");

  @TempDir Path directory;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private Database database;
  private SecretStore store;

  @BeforeEach
  void open() {
    database = Database.open(DatabaseSettings.in(directory));
    store = new SecretStore(database, Sealer.open(directory.resolve("keys")), () -> now);
  }

  @AfterEach
  void close() {
    database.close();
  }

  @Test
  void aReleaseKeepsTheVersionThatItWasMadeWith() {
    SecretVersion first = store.set(SHOP, "TOKEN", SecretValue.of("one"), "ann").current();
    store.set(SHOP, "TOKEN", SecretValue.of("two"), "bob");

    assertThat(store.value(first)).map(SecretValue::reveal).contains("one");
    assertThat(store.current(SHOP, "TOKEN").flatMap(store::value))
        .map(SecretValue::reveal)
        .contains("two");
  }

  @Test
  void anEnvironmentsOwnSecretComesBeforeTheRepositorys() {
    store.set(SHOP, "TOKEN", SecretValue.of("shared"), "ann");
    assertThat(store.current(PRODUCTION, "TOKEN").flatMap(store::value))
        .map(SecretValue::reveal)
        .contains("shared");

    store.set(PRODUCTION, "TOKEN", SecretValue.of("own"), "ann");

    assertThat(store.current(PRODUCTION, "TOKEN").flatMap(store::value))
        .map(SecretValue::reveal)
        .contains("own");
    assertThat(store.current(SHOP, "TOKEN").flatMap(store::value))
        .map(SecretValue::reveal)
        .contains("shared");
  }

  @Test
  void aVersionIsNeverGivenTwiceEvenAfterADeletion() {
    SecretVersion first = store.set(SHOP, "TOKEN", SecretValue.of("one"), "ann").current();

    assertThat(store.delete(SHOP, "TOKEN")).isTrue();
    SecretVersion second = store.set(SHOP, "TOKEN", SecretValue.of("two"), "ann").current();

    assertThat(second.version()).isGreaterThan(first.version());
    assertThat(store.value(first)).isEmpty();
    assertThat(store.delete(PRODUCTION, "TOKEN")).isFalse();
  }

  @Test
  void theListSaysEverythingButTheValues() {
    store.set(SHOP, "B", SecretValue.of("first value"), "ann");
    SecretVersion current = store.set(SHOP, "B", SecretValue.of("second value"), "bob").current();
    store.set(PRODUCTION, "A", SecretValue.of("abc"), "ann");
    store.set(SecretScope.of("acme/other"), "C", SecretValue.of("other"), "ann");
    now = now.plus(Duration.ofDays(1));
    store.value(current);

    var list = store.list("acme/shop");

    assertThat(list).extracting(info -> info.current().name()).containsExactly("A", "B");
    assertThat(list.get(0).current().scope()).isEqualTo(PRODUCTION);
    assertThat(list.get(0).maskable()).isFalse();
    assertThat(list.get(0).lastUsed()).isEmpty();
    assertThat(list.get(1))
        .isEqualTo(
            new SecretInfo(
                current, Instant.parse("2026-01-01T00:00:00Z"), "bob", Optional.of(now), true));
  }

  @Test
  void aRowThatWasMovedToAnotherScopeIsNotOpened() {
    store.set(SHOP, "TOKEN", SecretValue.of("one"), "ann");
    database.run(tx -> tx.handle().execute("UPDATE secret SET environment = 'production'"));

    assertThatThrownBy(() -> store.current(PRODUCTION, "TOKEN").flatMap(store::value))
        .isInstanceOf(SecretException.class)
        .hasMessageNotContaining("one");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "9LIVES", "WITH SPACE", "A=B", "É"})
  void refusesANameThatIsNoEnvironmentVariable(String name) {
    assertThatThrownBy(() -> store.set(SHOP, name, SecretValue.of("value"), "ann"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("use letters, digits and _");
  }

  @Test
  void refusesAValueThatIsEmptyOrTooLarge() {
    assertThatThrownBy(() -> store.set(SHOP, "A", SecretValue.of(""), "ann"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() ->
            store.set(SHOP, "A", SecretValue.of("x".repeat(SecretStore.MOST_BYTES + 1)), "ann"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
