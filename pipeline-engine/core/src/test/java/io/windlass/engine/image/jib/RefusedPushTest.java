package io.windlass.engine.image.jib;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.image.BuiltImage;
import io.windlass.engine.image.ImageException;
import io.windlass.engine.image.ImageException.Kind;
import io.windlass.engine.image.ImageName;
import io.windlass.engine.image.Platform;
import io.windlass.engine.image.Tag;
import io.windlass.engine.image.registry.DockerRegistry;
import io.windlass.engine.image.registry.RefusingFront;
import io.windlass.engine.image.registry.Registries;
import io.windlass.engine.image.registry.RegistryAccess;
import io.windlass.engine.image.registry.Retries;
import io.windlass.engine.image.store.ContentStore;
import io.windlass.engine.image.store.StoreLimits;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A push to Debian's docker-registry, which is not always ready to take it. */
class RefusedPushTest {

  private static final Tag COMMIT = new Tag("0123abcd");
  private static final String MANIFEST = "PUT .*/manifests/.*";
  private static final int EVER = Integer.MAX_VALUE;
  private static final Retries TWICE =
      new Retries(2, Duration.ofMillis(1), Duration.ofMillis(2), Duration.ofSeconds(5));

  @TempDir Path temp;
  private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
  private DockerRegistry registry;
  private int stores;

  @BeforeEach
  void open() throws Exception {
    registry = DockerRegistry.start(temp.resolve("registry"), false);
  }

  @AfterEach
  void close() throws Exception {
    executor.close();
    registry.close();
  }

  @ParameterizedTest(name = "{0} answered {1} twice")
  @CsvSource(
      textBlock =
          """
          GET /v2/,                       429 Too Many Requests
          HEAD .*/blobs/.*,               429 Too Many Requests
          POST .*/blobs/uploads/.*,       503 Service Unavailable
          PATCH .*/blobs/uploads/.*,      500 Internal Server Error
          PATCH .*/blobs/uploads/.*,
          PUT .*/blobs/uploads/.*,        502 Bad Gateway
          PUT .*/manifests/.*,            429 Too Many Requests
          PUT .*/manifests/.*,            504 Gateway Timeout
          PUT .*/manifests/.*,
          """)
  void whatPassesIsAskedForAgainAndTheImageIsWhole(String kind, String status) throws Exception {
    String refusal = status == null ? "" : refusal(status, "", "");
    try (RefusingFront front = new RefusingFront(registry.host(), kind, 2, refusal)) {
      BuiltImage built = push(front);

      assertThat(front.seen()).hasSizeGreaterThan(2);
      ContentStore elsewhere = store();
      registries(registry.host(), elsewhere)
          .pull(registry.host() + "/acme/shop@" + built.digest(), Platform.ofThisMachine());
      assertThat(elsewhere.unpack(built.digest(), temp.resolve("root")).resolve("app"))
          .isDirectory();
    }
  }

  @Test
  void theWaitThatTheRegistryAsksForIsKept() throws Exception {
    String refusal = refusal("429 Too Many Requests", "Retry-After: 1\r\n", "");
    try (RefusingFront front = new RefusingFront(registry.host(), MANIFEST, 1, refusal)) {
      push(front);

      assertThat(front.seen()).hasSize(2);
      long waited = front.seen().getLast().nanoTime() - front.seen().getFirst().nanoTime();
      assertThat(Duration.ofNanos(waited)).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }
  }

  @Test
  void aWaitThatIsTooLongIsToldAtOnce() throws Exception {
    String refusal = refusal("429 Too Many Requests", "Retry-After: 3600\r\n", "");
    try (RefusingFront front = new RefusingFront(registry.host(), MANIFEST, EVER, refusal)) {
      assertThatThrownBy(() -> push(front))
          .hasMessageEndingWith(
              "429 too many requests and asks to wait 3600 s; try again later, or log in for a higher limit");
      assertThat(front.seen()).hasSize(1);
    }
  }

  @Test
  void oneThatGoesOnRefusingIsToldWithItsOwnWords() throws Exception {
    String refusal =
        refusal(
            "429 Too Many Requests",
            "",
            "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\",\"message\":\"slow down\"}]}");
    try (RefusingFront front = new RefusingFront(registry.host(), MANIFEST, EVER, refusal)) {
      assertThatThrownBy(() -> push(front))
          .isInstanceOfSatisfying(
              ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
          .hasMessage(
              "Tried to push \"%s/acme/shop\" but the registry went on answering 429 too many requests (TOOMANYREQUESTS slow down); try again later, or log in for a higher limit"
                  .formatted(front.host()))
          .hasNoCause();
      assertThat(front.seen()).hasSize(3);
    }
  }

  @Test
  void oneThatStaysBrokenIsToldAndItsPageIsNotShown() throws Exception {
    String refusal = refusal("503 Service Unavailable", "", "<html>secret of a proxy</html>");
    try (RefusingFront front = new RefusingFront(registry.host(), "GET /v2/", EVER, refusal)) {
      assertThatThrownBy(() -> push(front))
          .isInstanceOfSatisfying(
              ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE))
          .hasMessageEndingWith("but the registry answered 503; look at its log");
      assertThat(front.seen()).hasSize(3);
    }
  }

  @Test
  void whatTheRegistryWillNeverTakeIsAskedForOnce() throws Exception {
    String refusal = refusal("413 Request Entity Too Large", "", "");
    try (RefusingFront front = new RefusingFront(registry.host(), MANIFEST, EVER, refusal)) {
      assertThatThrownBy(() -> push(front))
          .isInstanceOfSatisfying(
              ImageException.class, e -> assertThat(e.kind()).isEqualTo(Kind.BROKEN))
          .hasMessageContaining("answered 413");
      assertThat(front.seen()).hasSize(1);
    }
  }

  private BuiltImage push(RefusingFront front) throws Exception {
    ContentStore store = store();
    Path workspace = temp.resolve("workspace");
    Workspaces.java(workspace);
    return JibImageBuilder.open(
            store, registries(front.host(), store), temp.resolve("staging"), executor)
        .build(
            Workspaces.javaPlan(workspace), ImageName.parse(front.host() + "/acme/shop"), COMMIT);
  }

  private Registries registries(String host, ContentStore store) {
    return new Registries(
        List.of(new RegistryAccess(host, Optional.empty())), store, executor, TWICE);
  }

  private ContentStore store() throws ImageException {
    return ContentStore.open(
        temp.resolve("store" + stores++), StoreLimits.defaults(), InstantSource.system());
  }

  private static String refusal(String status, String header, String body) {
    return "HTTP/1.1 %s\r\n%sContent-Length: %d\r\nConnection: close\r\n\r\n%s"
        .formatted(status, header, body.length(), body);
  }
}
