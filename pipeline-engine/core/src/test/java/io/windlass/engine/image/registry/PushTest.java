package io.windlass.engine.image.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.windlass.engine.image.Digest;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.Tag;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.StoreLimits;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PushTest {

  private static final Tag COMMIT = new Tag("0123abcd");

  @TempDir Path temp;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private ContentStore store;

  @BeforeEach
  void open() throws ImageException {
    store =
        ContentStore.open(temp.resolve("store"), StoreLimits.defaults(), InstantSource.system());
  }

  @AfterEach
  void close() {
    executor.close();
  }

  @Test
  void aBlobIsSentWhileTheRestOfTheImageIsStillBeingMade() throws Exception {
    try (DockerRegistry registry = DockerRegistry.start(temp.resolve("registry"), false);
        ContentStore.Use _ = store.use()) {
      Digest layer = store.put("layer".getBytes(StandardCharsets.UTF_8));
      try (Push push = push(registry.host())) {
        push.begin(layer);

        Awaitility.await().until(() -> status(registry, "blobs/" + layer) == 200);
      }
      assertThat(status(registry, "manifests/" + COMMIT))
          .as("nothing can be pulled of what was not finished")
          .isEqualTo(404);
    }
  }

  @Test
  void aRegistryThatNeverAnswersDoesNotHoldUpTheEndOfABuildThatFailed() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        ContentStore.Use _ = store.use()) {
      Digest layer = store.put("layer".getBytes(StandardCharsets.UTF_8));
      Push push = push("127.0.0.1:" + silent.getLocalPort());
      push.begin(layer);
      silent.accept();

      assertTimeoutPreemptively(Duration.ofSeconds(10), push::close);
    }
  }

  @Test
  void anImageIsFoundInItsRegistryWithoutBeingPulled() throws Exception {
    try (DockerRegistry registry = DockerRegistry.start(temp.resolve("registry"), false);
        ContentStore.Use _ = store.use()) {
      Digest config = store.put("{}".getBytes(StandardCharsets.UTF_8));
      String manifest =
          """
          {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
          "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":2},"layers":[]}\
          """
              .formatted(config);
      put(registry, config, manifest);
      String name = registry.host() + "/acme/shop@";

      registries(registry.host())
          .check(name + Digest.of(manifest.getBytes(StandardCharsets.UTF_8)));

      assertThatThrownBy(() ->
              registries(registry.host())
                  .check(name + Digest.of("another".getBytes(StandardCharsets.UTF_8))))
          .isInstanceOfSatisfying(
              ImageException.class,
              e -> assertThat(e.kind()).isEqualTo(ImageException.Kind.NOT_FOUND))
          .hasMessageContaining("the registry does not have it");
    }
  }

  private void put(DockerRegistry registry, Digest config, String manifest) throws Exception {
    try (Push push = push(registry.host())) {
      push.begin(config);
      Awaitility.await().until(() -> status(registry, "blobs/" + config) == 200);
    }
    URI uri = URI.create("http://" + registry.host() + "/v2/acme/shop/manifests/" + COMMIT);
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestMethod("PUT");
    connection.setDoOutput(true);
    connection.setRequestProperty("Content-Type", "application/vnd.oci.image.manifest.v1+json");
    connection.getOutputStream().write(manifest.getBytes(StandardCharsets.UTF_8));
    assertThat(connection.getResponseCode()).isEqualTo(201);
  }

  private Registries registries(String host) {
    return new Registries(
        List.of(new RegistryAccess(host, Optional.empty())), store, executor, Retries.defaults());
  }

  private Push push(String host) throws ImageException {
    return registries(host)
        .push(new ImageName.InRegistry(host, "acme/shop"), COMMIT, Optional.empty());
  }

  private static int status(DockerRegistry registry, String what) throws IOException {
    URI uri = URI.create("http://" + registry.host() + "/v2/acme/shop/" + what);
    HttpURLConnection connection = (HttpURLConnection) uri.toURL().openConnection();
    connection.setRequestMethod("HEAD");
    return connection.getResponseCode();
  }
}
