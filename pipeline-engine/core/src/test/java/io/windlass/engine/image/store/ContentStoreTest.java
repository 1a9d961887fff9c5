package io.windlass.engine.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentStoreTest {

  private static final Duration GRACE = Duration.ofHours(1);

  @TempDir Path temp;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private ContentStore store;

  @BeforeEach
  void open() throws ImageException {
    store = ContentStore.open(temp, StoreLimits.defaults().withGrace(GRACE), () -> now);
  }

  @Test
  void anImageIsThereWhenAllItsBlobsAre() throws Exception {
    byte[] layer = layer("a");
    String image = LayerBuilder.image(store, layer);
    assertThat(store.exists(image)).isTrue();

    Files.delete(store.blob(Digest.of(layer)));

    assertThat(store.exists(image)).isFalse();
    assertThatThrownBy(() -> store.image(image))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND));
  }

  @Test
  void aBlobOfAnotherDigestThanExpectedIsNotKept() throws Exception {
    Digest expected = Digest.of(bytes("expected"));

    assertThatThrownBy(() -> store.store(out -> out.write(bytes("another")), Optional.of(expected)))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BAD_CONTENT));

    assertThat(temp.resolve("blobs/sha256")).isEmptyDirectory();
    assertThat(temp.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void whatFailsHalfWayLeavesNothing() {
    assertThatThrownBy(() ->
            store.store(
                out -> {
                  out.write(1);
                  throw new IOException("the line broke");
                },
                Optional.empty()))
        .isInstanceOf(IOException.class)
        .hasMessage("the line broke");

    assertThat(temp.resolve("blobs/sha256")).isEmptyDirectory();
    assertThat(temp.resolve("tmp")).isEmptyDirectory();
  }

  @Test
  void aBlobOverTheLimitIsRefused() throws Exception {
    StoreLimits small = new StoreLimits(GRACE, 10, 10, 10);
    ContentStore strict = ContentStore.open(temp.resolve("small"), small, () -> now);

    assertThatThrownBy(() -> strict.put(new byte[11]))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("larger than the limit of 10 bytes");
  }

  @Test
  void readingABlobThatWasChangedOnDiskFails() throws Exception {
    Digest blob = store.put(bytes("right"));
    Files.writeString(store.blob(blob), "wrong");

    assertThatThrownBy(
            () -> {
              try (var in = store.open(blob.text())) {
                in.readAllBytes();
              }
            })
        .isInstanceOf(IOException.class)
        .hasMessageContaining("was changed on disk");
  }

  @Test
  void collectingTakesTheLeastRecentlyUsedFirstAndNeverALiveOne() throws Exception {
    String live = LayerBuilder.image(store, layer("live"));
    String old = LayerBuilder.image(store, layer("old"));
    now = now.plus(Duration.ofMinutes(1));
    String used = LayerBuilder.image(store, layer("used"));
    now = now.plus(Duration.ofDays(1));
    long all = store.collect(Set.of(live), Long.MAX_VALUE).keptBytes();

    Collected collected = store.collect(Set.of(live), all - 1);

    assertThat(collected.images()).isEqualTo(1);
    assertThat(collected.keptBytes() + collected.freedBytes()).isEqualTo(all);
    assertThat(store.exists(old)).isFalse();
    assertThat(store.exists(used)).isTrue();
    assertThat(store.collect(Set.of(live), 0).images()).isEqualTo(1);
    assertThat(store.exists(used)).isFalse();
    assertThat(store.exists(live)).isTrue();
  }

  @Test
  void usingAnImageMakesItRecent() throws Exception {
    String first = LayerBuilder.image(store, layer("first"));
    now = now.plus(Duration.ofMinutes(1));
    String second = LayerBuilder.image(store, layer("second"));
    now = now.plus(Duration.ofMinutes(1));
    store.image(first);
    now = now.plus(Duration.ofDays(1));
    long all = store.collect(Set.of(), Long.MAX_VALUE).keptBytes();

    store.collect(Set.of(), all - 1);

    assertThat(store.exists(first)).isTrue();
    assertThat(store.exists(second)).isFalse();
  }

  @Test
  void whatWasJustStoredIsNotCollectedEvenWhenNothingIsLive() throws Exception {
    String image = LayerBuilder.image(store, layer("new"));

    Collected collected = store.collect(Set.of(), 0);

    assertThat(collected.images()).isZero();
    assertThat(store.exists(image)).isTrue();
  }

  @Test
  void aLayerThatALiveImageSharesStays() throws Exception {
    byte[] shared = layer("shared");
    String live = LayerBuilder.image(store, shared, layer("live"));
    String dead = LayerBuilder.image(store, shared, layer("dead"));
    now = now.plus(Duration.ofDays(1));

    store.collect(Set.of(live), 0);

    assertThat(store.exists(live)).isTrue();
    assertThat(store.exists(dead)).isFalse();
    assertThat(store.has(Digest.of(shared))).isTrue();
  }

  @Test
  void blobsThatNobodyNamesGoAfterTheGrace() throws Exception {
    Digest orphan = store.put(bytes("left by a crash"));
    assertThat(store.collect(Set.of(), Long.MAX_VALUE).freedBytes()).isZero();
    now = now.plus(Duration.ofDays(1));

    assertThat(store.collect(Set.of(), Long.MAX_VALUE).freedBytes()).isPositive();
    assertThat(store.has(orphan)).isFalse();
  }

  @Test
  void nothingIsCollectedWhileTheStoreIsInUse() throws Exception {
    String image = LayerBuilder.image(store, layer("a"));
    now = now.plus(Duration.ofDays(1));

    try (ContentStore.Use _ = store.use()) {
      assertThat(store.collect(Set.of(), 0).busy()).isTrue();
      assertThat(store.exists(image)).isTrue();
    }

    assertThat(store.collect(Set.of(), 0).images()).isEqualTo(1);
  }

  @Test
  void aSecondOpeningOfTheSameDirectoryIsInUseToo() throws Exception {
    ContentStore second = ContentStore.open(temp, StoreLimits.defaults(), () -> now);

    try (ContentStore.Use _ = second.use()) {
      assertThat(store.collect(Set.of(), 0).busy()).isTrue();
    }
    assertThat(store.collect(Set.of(), 0).busy()).isFalse();
  }

  @Test
  void aLayerIsRememberedAsLongAsItsBlobIsThere() throws Exception {
    Digest key = Digest.of(bytes("key"));
    Digest blob = store.put(bytes("layer"));
    store.remember(key, new ImageRecord.Layer(blob.text(), blob.text(), 5, "tar+gzip"));
    assertThat(store.layer(key)).isPresent();
    now = now.plus(Duration.ofDays(1));

    store.collect(Set.of(), 0);

    assertThat(store.layer(key)).isEmpty();
    assertThat(temp.resolve("layers")).isEmptyDirectory();
  }

  private static byte[] layer(String content) {
    return new LayerBuilder().file(content, content).gzip();
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
