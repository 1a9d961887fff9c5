package io.windlass.engine.image.jib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.image.Base;
import io.windlass.engine.image.BuiltImage;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.ImagePlan;
import io.windlass.engine.image.Platform;
import io.windlass.engine.image.Tag;
import io.windlass.engine.image.registry.DockerRegistry;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.image.registry.RegistryAccess;
import io.windlass.engine.image.registry.Retries;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.StoreLimits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against Debian's docker-registry. */
class RegistryTest {

  private static final Tag COMMIT = new Tag("0123abcd");
  private static final Retries SOON =
      new Retries(1, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofMinutes(1));

  @TempDir Path temp;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private int stores;

  @AfterEach
  void close() {
    executor.close();
  }

  @Test
  void aPushedImageIsWhatAnotherToolSees() throws Exception {
    DockerRegistry.need("skopeo");
    try (DockerRegistry registry = DockerRegistry.start(temp.resolve("registry"), false)) {
      ImageName name = ImageName.parse(registry.host() + "/acme/shop");

      BuiltImage built = builder(registry, Optional.empty()).build(plan(), name, COMMIT);

      String seen =
          DockerRegistry.run(
              List.of(
                  "skopeo",
                  "inspect",
                  "--tls-verify=false",
                  "docker://" + registry.host() + "/acme/shop:" + COMMIT));
      assertThat(seen).contains("\"Digest\": \"" + built.digest() + "\"");
      assertThat(seen).contains("\"io.windlass.base\": \"host\"").contains("MODE=test");
      assertThat(built.reference()).isEqualTo(registry.host() + "/acme/shop@" + built.digest());
    }
  }

  @Test
  void aKeeperElsewherePullsAndUnpacksWhatWasPushed() throws Exception {
    try (DockerRegistry registry = DockerRegistry.start(temp.resolve("registry"), true)) {
      Optional<Path> config = Optional.of(registry.dockerConfig(DockerRegistry.PASSWORD));
      ImageName name = ImageName.parse(registry.host() + "/acme/shop");
      BuiltImage built = builder(registry, config).build(plan(), name, COMMIT);

      ContentStore keeper = store();
      registries(registry, config, keeper).pull(built.reference(), Platform.ofThisMachine());

      assertThat(keeper.exists(built.digest())).isTrue();
      Path root = keeper.unpack(built.digest(), temp.resolve("root"));
      assertThat(root.resolve("app/classes/shop/Main.class")).hasContent("main");
    }
  }

  @Test
  void whatIsHereByDigestNeedsNoRegistry() throws Exception {
    ContentStore store = store();
    BuiltImage built;
    Registries registries;
    try (DockerRegistry registry = DockerRegistry.start(temp.resolve("registry"), false)) {
      registries = registries(registry, Optional.empty(), store);
      JibImageBuilder builder =
          JibImageBuilder.open(store, registries, temp.resolve("staging"), executor);
      built = builder.build(plan(), ImageName.parse(registry.host() + "/acme/shop"), COMMIT);
    }

    assertThat(registries.pull(built.reference(), Platform.ofThisMachine()).digest())
        .isEqualTo(built.digest());
  }

  @Test
  void anImageStandsOnABaseThatIsPinnedByDigest() throws Exception {
    try (DockerRegistry registry = DockerRegistry.start(temp.resolve("registry"), false)) {
      JibImageBuilder builder = builder(registry, Optional.empty());
      Path files = temp.resolve("base-files");
      Workspaces.write(files, "etc/os-release", "NAME=test");
      BuiltImage base =
          builder.build(
              on(new Base.Scratch(), Workspaces.filesPlan(files, "etc", "/etc")),
              ImageName.parse(registry.host() + "/base/os"),
              new Tag("1"));

      ContentStore store = store();
      JibImageBuilder second =
          JibImageBuilder.open(
              store,
              registries(registry, Optional.empty(), store),
              temp.resolve("staging-b"),
              executor);
      BuiltImage built =
          second.build(
              on(new Base.FromRegistry(registry.host() + "/base/os:1"), plan()),
              ImageName.parse(registry.host() + "/acme/shop"),
              COMMIT);

      assertThat(built.base()).contains(registry.host() + "/base/os@" + base.digest());
      Path root = store.unpack(built.digest(), temp.resolve("root"));
      assertThat(root.resolve("etc/os-release")).hasContent("NAME=test");
      assertThat(root.resolve("app/classes/shop/Main.class")).hasContent("main");
      assertThat(store.image(built.digest()).labels())
          .containsEntry("org.opencontainers.image.base.digest", base.digest());
    }
  }

  @Test
  void aWrongPasswordIsToldWithoutShowingIt() throws Exception {
    try (DockerRegistry registry = DockerRegistry.start(temp.resolve("registry"), true)) {
      Path config = registry.dockerConfig("wrong-pass-phrase");
      ImageName name = ImageName.parse(registry.host() + "/acme/shop");

      assertThatThrownBy(() -> builder(registry, Optional.of(config)).build(plan(), name, COMMIT))
          .isInstanceOfSatisfying(
              ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DENIED))
          .hasMessageStartingWith("Tried to push \"" + name + "\" but the registry answered 401")
          .hasMessageContaining(
              "check the credentials for " + registry.host() + " in \"" + config + "\"")
          .hasMessageNotContaining("wrong-pass-phrase")
          .hasNoCause();
    }
  }

  @Test
  void noPasswordWhereOneIsNeededSaysWhereToSetIt() throws Exception {
    try (DockerRegistry registry = DockerRegistry.start(temp.resolve("registry"), true)) {
      ImageName name = ImageName.parse(registry.host() + "/acme/shop");

      assertThatThrownBy(() -> builder(registry, Optional.empty()).build(plan(), name, COMMIT))
          .hasMessageContaining("401 unauthorized")
          .hasMessageEndingWith("set credentials for " + registry.host() + " in the server's file");
    }
  }

  @Test
  void aRegistryThatTheOperatorDidNotNameIsNeverCalled() throws Exception {
    ContentStore store = store();
    Registries none = new Registries(List.of(), store, executor, SOON);

    assertThatThrownBy(() -> none.pull("169.254.169.254/latest:x", Platform.ofThisMachine()))
        .isInstanceOfSatisfying(
            ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.DENIED))
        .hasMessageContaining("may not talk to the registry \"169.254.169.254\"");
  }

  @Test
  void anImageThatIsNotThereIsNotFound() throws Exception {
    try (DockerRegistry registry = DockerRegistry.start(temp.resolve("registry"), false)) {
      Registries registries = registries(registry, Optional.empty(), store());

      assertThatThrownBy(
              () -> registries.pull(registry.host() + "/acme/none:1", Platform.ofThisMachine()))
          .isInstanceOfSatisfying(
              ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.NOT_FOUND))
          .hasMessageContaining("404 not found");
    }
  }

  private JibImageBuilder builder(DockerRegistry registry, Optional<Path> config)
      throws ImageException {
    ContentStore store = store();
    return JibImageBuilder.open(
        store, registries(registry, config, store), temp.resolve("staging" + stores), executor);
  }

  private Registries registries(
      DockerRegistry registry, Optional<Path> config, ContentStore store) {
    return new Registries(
        List.of(new RegistryAccess(registry.host(), config)), store, executor, SOON);
  }

  private ContentStore store() throws ImageException {
    return ContentStore.open(
        temp.resolve("store" + stores++), StoreLimits.defaults(), InstantSource.system());
  }

  private ImagePlan plan() throws IOException, ImageException {
    Path workspace = temp.resolve("workspace");
    Workspaces.java(workspace);
    return Workspaces.javaPlan(workspace);
  }

  private static ImagePlan on(Base base, ImagePlan plan) {
    return new ImagePlan(
        plan.workspace(),
        base,
        plan.layers(),
        plan.entrypoint(),
        plan.env(),
        plan.workdir(),
        plan.user(),
        plan.ports(),
        new java.util.TreeMap<>(),
        plan.platform());
  }
}
