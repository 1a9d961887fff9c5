package io.windlass.engine.release;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AppRuntimeTest {
  private static final PublicRoute EVERY_HOST = new PublicRoute(Optional.empty(), "/", "web");

  @Test
  void aRouteWithoutAHostIsOneOfEachHostThatTheEnvironmentMayTake() {
    assertThat(
            runtime(EVERY_HOST, new PublicRoute(Optional.of("a.example.com"), "/x", "web"))
                .within(List.of("a.example.com", "*.b.example.com"))
                .routes())
        .containsExactly(
            new PublicRoute(Optional.of("a.example.com"), "/", "web"),
            new PublicRoute(Optional.of("*.b.example.com"), "/", "web"),
            new PublicRoute(Optional.of("a.example.com"), "/x", "web"));
  }

  @Test
  void whereAnyHostMayBeTakenItStaysAsItIs() {
    assertThat(runtime(EVERY_HOST).within(List.of()).routes()).containsExactly(EVERY_HOST);
  }

  private static AppRuntime runtime(PublicRoute... routes) {
    return Runtimes.web(Optional.empty(), routes);
  }
}
