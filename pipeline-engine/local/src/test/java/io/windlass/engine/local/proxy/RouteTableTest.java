package io.windlass.engine.local.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {

  private static final RouteTable TABLE =
      new Upstreams()
          .table(
              List.of(
                  route("Shop.example.com", "/", "shop"),
                  route("shop.example.com", "/api", "shop-api"),
                  route("shop.example.com", "/api/v2/", "shop-api-2"),
                  route("*.example.com", "/", "any-example"),
                  route("*.eu.example.com", "/", "any-eu"),
                  route("only.example.com", "/admin", "admin"),
                  new Route(Optional.empty(), "/health", "health", List.of())));

  private static Route route(String host, String path, String fleet) {
    return new Route(Optional.of(host), path, fleet, List.of());
  }

  @ParameterizedTest
  @CsvSource({
    "shop.example.com,    /,            shop",
    "shop.example.com,    /apis,        shop",
    "shop.example.com,    /api,         shop-api",
    "shop.example.com,    /api/,        shop-api",
    "shop.example.com,    /api/v1,      shop-api",
    "shop.example.com,    /api/v2,      shop-api-2",
    "shop.example.com,    /api/v2/x,    shop-api-2",
    "shop.example.com,    /api/v20,     shop-api",
    "other.example.com,   /,            any-example",
    "a.b.example.com,     /,            any-example",
    "paris.eu.example.com,/,            any-eu",
    "eu.example.com,      /,            any-example",
    "only.example.com,    /admin/x,     admin",
    "only.example.com,    /,            any-example",
    "elsewhere.org,       /health,      health",
    "'',                  /health,      health",
  })
  void theMostSpecificHostAndTheLongestPathWin(String host, String path, String fleet) {
    assertThat(TABLE.find(host, path))
        .get()
        .extracting(one -> one.route().fleet())
        .isEqualTo(fleet);
  }

  @ParameterizedTest
  @CsvSource({"example.com, /", "elsewhere.org, /", "notexample.com, /", "elsewhere.org, /healthy"})
  void whatNoRouteWantsHasNone(String host, String path) {
    assertThat(TABLE.find(host, path)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a..b", "*", "a.*.b", "shop:80", "a b", "-a", "a/b", "*."})
  void aHostThatIsNoNameIsRefused(String host) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> route(host, "/", "web"))
        .withMessageContaining("\"" + host + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "api", "/a?b", "/a#b"})
  void aPathThatIsNoPrefixIsRefused(String path) {
    assertThatIllegalArgumentException().isThrownBy(() -> route("a", path, "web"));
  }

  @Test
  void theSamePlaceTwiceIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() ->
            new Upstreams()
                .table(List.of(route("a.com", "/x", "one"), route("A.com", "/x/", "two"))))
        .withMessageContaining("\"a.com /x\"");
  }

  @Test
  void aReplicaThatIsTwoThingsAtOnceIsRefused() {
    InetSocketAddress here = new InetSocketAddress(InetAddress.getLoopbackAddress(), 1);
    Route one = Route.of("a.com", "web", List.of(Backend.ready("r", "1", here)));
    Route two = Route.of("b.com", "web", List.of(Backend.ready("r", "2", here)));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Upstreams().table(List.of(one, two)))
        .withMessageContaining("\"r\"");
  }
}
