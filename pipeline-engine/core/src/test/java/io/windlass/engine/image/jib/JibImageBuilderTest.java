package io.windlass.engine.image.jib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.image.BuiltImage;
import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.ImagePlan;
import io.windlass.engine.image.Tag;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.image.registry.Retries;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.StoreLimits;
import io.windlass.engine.image.store.StoredImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JibImageBuilderTest {

  private static final ImageName NAME = ImageName.local("acme/shop");
  private static final Tag COMMIT = new Tag("0123abcd");

  @TempDir Path temp;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private ContentStore store;
  private JibImageBuilder builder;

  @BeforeEach
  void open() throws ImageException {
    store =
        ContentStore.open(temp.resolve("store"), StoreLimits.defaults(), InstantSource.system());
    Registries none = new Registries(List.of(), store, executor, Retries.defaults());
    builder = JibImageBuilder.open(store, none, temp.resolve("staging"), executor);
  }

  @AfterEach
  void close() {
    executor.close();
  }

  @Test
  void anImageOfTheHostStartsRelativeToApp() throws Exception {
    Path workspace = workspace("a");

    BuiltImage built = builder.build(Workspaces.javaPlan(workspace), NAME, COMMIT);

    StoredImage image = store.image(built.digest());
    assertThat(image.onHost()).isTrue();
    assertThat(image.workdir()).isEqualTo("/app");
    assertThat(image.command())
        .containsExactly("java", "-cp", "resources:classes:libs/*", "shop.Main");
    assertThat(image.env()).containsEntry("MODE", "test");
    assertThat(built.reference()).isEqualTo("acme/shop@" + built.digest());
    Path root = store.unpack(built.digest(), temp.resolve("root"));
    assertThat(root.resolve("app/classes/shop/Main.class")).hasContent("main");
    assertThat(root.resolve("app/resources/application.yaml")).hasContent("port: 8080");
    assertThat(root.resolve("app/libs/a.jar"))
        .hasSameBinaryContentAs(workspace.resolve("target/dependency/a.jar"));
  }

  @Test
  void aFreshCloneOfTheSameContentMakesNoLayer() throws Exception {
    BuiltImage first = builder.build(Workspaces.javaPlan(workspace("a")), NAME, COMMIT);
    Set<Path> before = blobs();

    BuiltImage again = builder.build(Workspaces.javaPlan(workspace("b")), NAME, COMMIT);

    assertThat(again.digest()).isEqualTo(first.digest());
    assertThat(blobs()).isEqualTo(before);
    assertThat(Files.getLastModifiedTime(layerBlob(again)))
        .as("the layer's blob was not written again")
        .isEqualTo(Files.getLastModifiedTime(layerBlob(first)));
  }

  @Test
  void whatAPowerCutLeftEmptyOfWhatIsKnownOfALayerIsMadeAgain() throws Exception {
    BuiltImage first = builder.build(Workspaces.javaPlan(workspace("a")), NAME, COMMIT);
    try (Stream<Path> known = Files.list(temp.resolve("store/layers"))) {
      for (Path file : known.toList()) {
        Files.write(file, new byte[0]);
      }
    }

    BuiltImage again = builder.build(Workspaces.javaPlan(workspace("b")), NAME, COMMIT);

    assertThat(again.digest()).isEqualTo(first.digest());
  }

  @Test
  void changedBytesUnderTheSamePathAndTimeAreNeverServedStale() throws Exception {
    Path workspace = workspace("a");
    Path changed = workspace.resolve("target/classes/shop/Cart.class");
    FileTime time = FileTime.fromMillis(1_700_000_000_000L);
    Files.setLastModifiedTime(changed, time);
    BuiltImage first = builder.build(Workspaces.javaPlan(workspace), NAME, COMMIT);

    Files.writeString(changed, "CART");
    Files.setLastModifiedTime(changed, time);
    BuiltImage second = builder.build(Workspaces.javaPlan(workspace), NAME, COMMIT);

    assertThat(second.digest()).isNotEqualTo(first.digest());
    Path root = store.unpack(second.digest(), temp.resolve("root"));
    assertThat(root.resolve("app/classes/shop/Cart.class")).hasContent("CART");
  }

  @Test
  void theSameContentGivesTheSameDigestInAnotherStoreOrderAndUmask() throws Exception {
    BuiltImage first = builder.build(Workspaces.javaPlan(workspace("a")), NAME, COMMIT);

    Path other = temp.resolve("elsewhere/deep/b");
    Workspaces.write(other, "target/classes/application.yaml", "port: 8080");
    Workspaces.write(other, "target/classes/shop/Cart.class", "cart");
    Workspaces.java(other);
    try (Stream<Path> files = Files.walk(other)) {
      for (Path file : files.toList()) {
        String mode = Files.isDirectory(file) ? "rwx------" : "rw-------";
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        Files.setLastModifiedTime(file, FileTime.fromMillis(file.hashCode()));
      }
    }
    ContentStore fresh =
        ContentStore.open(temp.resolve("store2"), StoreLimits.defaults(), InstantSource.system());
    JibImageBuilder second =
        JibImageBuilder.open(
            fresh,
            new Registries(List.of(), fresh, executor, Retries.defaults()),
            temp.resolve("staging2"),
            executor);

    assertThat(second.build(Workspaces.javaPlan(other), NAME, COMMIT).digest())
        .isEqualTo(first.digest());
  }

  @Test
  void manyBuildsAtOnceMakeALayerOnceAndAgree() throws Exception {
    List<Callable<BuiltImage>> builds = new ArrayList<>();
    for (int i = 0; i < 12; i++) {
      Path workspace = workspace("w" + i);
      builds.add(() -> builder.build(Workspaces.javaPlan(workspace), NAME, COMMIT));
    }

    Set<String> digests = new HashSet<>();
    for (Future<BuiltImage> build : executor.invokeAll(builds)) {
      digests.add(build.get().digest());
    }

    assertThat(digests).hasSize(1);
    assertThat(temp.resolve("staging").toFile().list())
        .as("no layer's area is left")
        .containsExactly("kept");
    // Three layers, a configuration, a manifest.
    assertThat(blobs()).hasSize(5);
  }

  @Test
  void aFileThatChangesAfterThePlanFailsTheBuild() throws Exception {
    Path workspace = workspace("a");
    ImagePlan plan = Workspaces.javaPlan(workspace);
    Workspaces.write(workspace, "target/classes/shop/Main.class", "longer than before");

    assertThatThrownBy(() -> builder.build(plan, NAME, COMMIT))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BAD_PLAN))
        .hasMessageContaining("Main.class")
        .hasMessageContaining("changed while the image was built");
  }

  @Test
  void aFileThatBecomesALinkAfterThePlanFailsTheBuild() throws Exception {
    Path workspace = workspace("a");
    ImagePlan plan = Workspaces.javaPlan(workspace);
    Path swapped = workspace.resolve("target/classes/shop/Main.class");
    Path secret = Files.writeString(temp.resolve("secret"), "key!");
    Files.delete(swapped);
    Files.createSymbolicLink(swapped, secret);

    assertThatThrownBy(() -> builder.build(plan, NAME, COMMIT))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BAD_PLAN));
    assertThat(blobs()).isEmpty();
  }

  @Test
  void aDirectoryThatBecomesALinkAfterThePlanFailsTheBuild() throws Exception {
    Path workspace = workspace("a");
    ImagePlan plan = Workspaces.javaPlan(workspace);
    Path shop = workspace.resolve("target/classes/shop");
    Path outside = Files.createDirectories(temp.resolve("outside"));
    Files.writeString(outside.resolve("Main.class"), "key!");
    Files.writeString(outside.resolve("Cart.class"), "cart");
    Files.move(shop, workspace.resolve("away"));
    Files.createSymbolicLink(shop, outside);

    assertThatThrownBy(() -> builder.build(plan, NAME, COMMIT))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BAD_PLAN));
  }

  @Test
  void whatACrashLeftInTheStagingDirectoryIsGoneAfterOpening() throws Exception {
    Workspaces.write(temp.resolve("staging"), "old/abcd", "half");

    JibImageBuilder.open(
        store,
        new Registries(List.of(), store, executor, Retries.defaults()),
        temp.resolve("staging"),
        executor);

    assertThat(temp.resolve("staging/old")).doesNotExist();
  }

  @Test
  void anInterruptedBuildEndsAndTheNextOneSucceeds() throws Exception {
    ImagePlan plan = Workspaces.javaPlan(workspace("a"));
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> builder.build(plan, NAME, COMMIT))
        .isInstanceOf(InterruptedException.class);
    assertThat(Thread.interrupted()).isFalse();

    BuiltImage built = builder.build(plan, NAME, COMMIT);

    assertThat(store.exists(built.digest())).isTrue();
  }

  private Path workspace(String name) throws IOException {
    Path workspace = temp.resolve(name);
    Workspaces.java(workspace);
    return workspace.toRealPath();
  }

  private Set<Path> blobs() throws IOException {
    try (Stream<Path> blobs = Files.list(temp.resolve("store/blobs/sha256"))) {
      return new HashSet<>(blobs.toList());
    }
  }

  private Path layerBlob(BuiltImage built) throws ImageException {
    var digest = new Digest(built.digest());
    var layer = store.record(digest).orElseThrow().layers().getLast();
    return store.blob(new Digest(layer.digest()));
  }
}
