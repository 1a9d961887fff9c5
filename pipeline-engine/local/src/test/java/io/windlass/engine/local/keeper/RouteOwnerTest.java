package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.local.keeper.KeeperSettings.Sandboxing;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.RouteSpec;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RouteOwnerTest {
  @TempDir private Path temporary;
  private Bench bench;
  private ReleaseSpec shop;

  @BeforeEach
  void open() throws Exception {
    bench = new Bench(temporary, Sandboxing.OFF);
    bench.start();
    shop = Bench.release(1, TinyApp.in(temporary.resolve("image")), Map.of());
    bench.shift(shop);
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
  }

  @Test
  void anotherRepositoryCannotTakeARouteThatIsServed() {
    assertThatThrownBy(() -> bench.client.prepare(of("acme/blog/production", Optional.empty())))
        .hasMessageContaining("acme/shop/production")
        .hasMessageContaining("every host");
  }

  @Test
  void routesOfOtherHostsAndOfTheSameRepositoryAreItsOwnAffair() {
    assertThatCode(
            () -> {
              bench.client.prepare(of("acme/blog/production", Optional.of("blog.example.com")));
              bench.client.prepare(of("acme/shop/staging", Optional.empty()));
            })
        .doesNotThrowAnyException();
  }

  private ReleaseSpec of(String environment, Optional<String> host) {
    return new ReleaseSpec(
        environment,
        environment + "@1",
        shop.processes(),
        List.of(new RouteSpec(host, "/", "web")));
  }
}
