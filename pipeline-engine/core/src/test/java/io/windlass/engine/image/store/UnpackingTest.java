package io.windlass.engine.image.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UnpackingTest {

  private static final String ON_HOST = "{\"config\":{\"Labels\":{\"io.windlass.base\":\"host\"}}}";
  private static final StoreLimits SMALL =
      new StoreLimits(Duration.ofHours(1), 1 << 20, 100_000, 50);

  @TempDir Path temp;
  private ContentStore store;
  private Path outside;

  @BeforeEach
  void open() throws Exception {
    store = ContentStore.open(temp.resolve("store"), SMALL, InstantSource.system());
    outside = Files.createDirectories(temp.resolve("outside"));
    Files.writeString(outside.resolve("kept"), "kept");
  }

  static Stream<Arguments> hostile() {
    return Stream.of(
        Arguments.of("climbs", layer().file("../outside/kept", "x")),
        Arguments.of("climbs in the middle", layer().file("a/../../outside/kept", "x")),
        Arguments.of("is absolute", layer().file("/outside/kept", "x")),
        Arguments.of("links out", layer().link("a", "../outside").file("a/kept", "x")),
        Arguments.of("links out later", layer().directory("d").link("d/a", "x/../../../outside")),
        Arguments.of("hard links out", layer().hardLink("a", "../outside/kept")),
        Arguments.of("hard links absolutely", layer().hardLink("a", "/etc/passwd")),
        Arguments.of("hard links a link", layer().link("l", "/etc/passwd").hardLink("a", "l")),
        Arguments.of("hard links nothing", layer().hardLink("a", "b")),
        Arguments.of("has a device", layer().special("d", TarConstants.LF_CHR, "")),
        Arguments.of("has a disk", layer().special("d", TarConstants.LF_BLK, "")),
        Arguments.of("has a pipe", layer().special("d", TarConstants.LF_FIFO, "")),
        Arguments.of("goes in circles", layer().link("a", "b").link("b", "a").file("a/c", "x")),
        Arguments.of("goes through a file", layer().file("a", "x").file("a/b", "x")),
        Arguments.of("whites out above", layer().file(".wh...", "")),
        Arguments.of("whites out nothing", layer().file("a/.wh.", "")),
        Arguments.of("is large", layer().file("a", "x".repeat(100_001))),
        Arguments.of("has a name without end", layer().longName(2_000_000).file("a", "x")),
        Arguments.of("is deep", layer().file("d/".repeat(300) + "f", "x")),
        Arguments.of("has a zero in a name", layer().link("a", "b\0c").file("x\0y", "")),
        Arguments.of("has many entries", many()));
  }

  @ParameterizedTest(name = "a layer that {0}")
  @MethodSource("hostile")
  void aHostileLayerIsRefusedAndTouchesNothing(String what, LayerBuilder layer) throws Exception {
    byte[] packed = layer.gzip();
    String image = LayerBuilder.image(store, packed);

    try {
      store.unpack(image, temp.resolve("root"));
      // What a chroot would clamp is harmless as long as it stayed inside.
      assertThat(what).isIn("has a zero in a name");
    } catch (ImageException e) {
      assertThat(e.kind()).isEqualTo(Kind.BAD_CONTENT);
      assertThat(e).hasMessageStartingWith("Tried to unpack layer \"sha256:");
      assertThat(temp.resolve("root")).doesNotExist();
    }
    assertThat(outside.resolve("kept")).hasContent("kept");
    try (Stream<Path> files = Files.list(temp)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .isSubsetOf("store", "outside", "root");
    }
  }

  @Test
  void anAbsoluteLinkIsWalkedInsideTheImage() throws Exception {
    byte[] lower = layer().directory("usr/bin").link("bin", "/usr/bin").gzip();
    byte[] upper = layer().file("bin/tool", "tool", 0755).gzip();

    Path root = store.unpack(LayerBuilder.image(store, lower, upper), temp.resolve("root"));

    assertThat(root.resolve("usr/bin/tool")).hasContent("tool");
    assertThat(Files.readSymbolicLink(root.resolve("bin"))).isEqualTo(Path.of("/usr/bin"));
  }

  @Test
  void aLinkToAnOutsideDirectoryIsReplacedAndNotFollowed() throws Exception {
    byte[] layer = layer().link("a", outside.toString()).file("a", "mine").gzip();

    Path root = store.unpack(LayerBuilder.image(store, layer), temp.resolve("root"));

    assertThat(Files.isRegularFile(root.resolve("a"), LinkOption.NOFOLLOW_LINKS)).isTrue();
    assertThat(outside.resolve("kept")).hasContent("kept");
  }

  @Test
  void removingAWhitedOutLinkLeavesWhatItLeadsTo() throws Exception {
    byte[] lower = layer().link("a", outside.toString()).gzip();
    byte[] upper = layer().file(".wh.a", "").gzip();

    Path root = store.unpack(LayerBuilder.image(store, lower, upper), temp.resolve("root"));

    assertThat(root).isEmptyDirectory();
    assertThat(outside.resolve("kept")).hasContent("kept");
  }

  @Test
  void anImageOnTheHostMayNotLinkToTheHost() throws Exception {
    byte[] layer = layer().link("app/classes", "/etc").gzip();
    String image = LayerBuilder.image(store, ON_HOST, layer);

    assertThatThrownBy(() -> store.unpack(image, temp.resolve("root")))
        .isInstanceOf(ImageException.class)
        .hasMessageContaining("\"app/classes\" leads to \"/etc\"");
  }

  @Test
  void whiteoutsHideLowerLayersOnly() throws Exception {
    byte[] lower =
        layer().file("a/old", "old").file("b/old", "old").file("b/deep/old", "old").gzip();
    byte[] upper =
        layer()
            .file("b/deep/new", "new")
            .file("b/.wh..wh..opq", "")
            .file("a/.wh.old", "")
            .file("a/new", "new")
            .gzip();

    Path root = store.unpack(LayerBuilder.image(store, lower, upper), temp.resolve("root"));

    assertThat(files(root)).containsExactlyInAnyOrder("a/new", "b/deep/new");
  }

  @Test
  void privilegedBitsAreDropped() throws Exception {
    byte[] layer = layer().file("tool", "x", 06755).file("shut", "x", 0).gzip();

    Path root = store.unpack(LayerBuilder.image(store, layer), temp.resolve("root"));

    assertThat((int) Files.getAttribute(root.resolve("tool"), "unix:mode") & 07777).isEqualTo(0755);
    assertThat(Files.getPosixFilePermissions(root.resolve("shut")))
        .isEqualTo(PosixFilePermissions.fromString("r--------"));
  }

  @Test
  void aHardLinkInsideIsOneFile() throws Exception {
    byte[] layer = layer().file("a", "x").hardLink("d/b", "a").gzip();

    Path root = store.unpack(LayerBuilder.image(store, layer), temp.resolve("root"));

    assertThat(Files.isSameFile(root.resolve("a"), root.resolve("d/b"))).isTrue();
  }

  @Test
  void aBlobThatWasChangedOnDiskIsRefused() throws Exception {
    byte[] layer = layer().file("a", "x").gzip();
    String image = LayerBuilder.image(store, layer);
    Files.write(store.blob(Digest.of(layer)), layer().file("a", "y").gzip());

    assertThatThrownBy(() -> store.unpack(image, temp.resolve("root")))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BAD_CONTENT))
        .hasMessageContaining("was changed on disk");
    assertThat(temp.resolve("root")).doesNotExist();
  }

  @Test
  void unpackingAgainAndAtOnceGivesOneDirectory() throws Exception {
    String image = LayerBuilder.image(store, layer().file("a", "x").gzip());
    List<Callable<Path>> unpacks = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      unpacks.add(() -> store.unpack(image, temp.resolve("roots/one")));
    }

    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Path> unpacked : executor.invokeAll(unpacks)) {
        assertThat(unpacked.get().resolve("a")).hasContent("x");
      }
    }

    assertThat(temp.resolve("roots")).isDirectoryContaining(dir -> dir.endsWith("one"));
    try (Stream<Path> left = Files.list(temp.resolve("roots"))) {
      assertThat(left).hasSize(1);
    }
  }

  @Test
  void damagedLayersAreRefusedAndNeverBreakOut() throws Exception {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    byte[] sound =
        layer().file("a/b", "x".repeat(600)).link("c", "a/b").hardLink("d", "a/b").gzip();
    for (int round = 0; round < 80; round++) {
      byte[] plain = unzip(sound);
      for (int flips = random.nextInt(1, 6); flips > 0; flips--) {
        plain[random.nextInt(plain.length)] = (byte) random.nextInt();
      }
      Path root = temp.resolve("fuzz" + round);
      try {
        store.unpack(LayerBuilder.image(store, zip(plain)), root);
      } catch (ImageException e) {
        assertThat(e.kind())
            .as("seed %d round %d: %s", seed, round, e.getMessage())
            .isEqualTo(Kind.BAD_CONTENT);
      }
      assertThat(outside.resolve("kept")).hasContent("kept");
    }
  }

  private static LayerBuilder layer() {
    return new LayerBuilder();
  }

  private static LayerBuilder many() {
    LayerBuilder layer = layer();
    for (int i = 0; i < 51; i++) {
      layer.file("f" + i, "");
    }
    return layer;
  }

  private static List<String> files(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> root.relativize(file).toString())
          .toList();
    }
  }

  private static byte[] unzip(byte[] packed) throws IOException {
    try (var in = new java.util.zip.GZIPInputStream(new java.io.ByteArrayInputStream(packed))) {
      byte[] plain = in.readAllBytes();
      return Arrays.copyOf(plain, plain.length);
    }
  }

  private static byte[] zip(byte[] plain) throws IOException {
    var out = new java.io.ByteArrayOutputStream();
    try (var gzip = new java.util.zip.GZIPOutputStream(out)) {
      gzip.write(plain);
    }
    return out.toByteArray();
  }
}
