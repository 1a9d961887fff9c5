package io.windlass.engine.local.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class DefaultRoutesTest {
  private static final String HEAD =
      "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT";
  private static final String NEIGHBOURS =
      "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0";
  private static final String DEFAULT =
      "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0";
  private static final String ZERO = "0".repeat(32);

  @Test
  void theWayOutAndNothingElseCounts() {
    DefaultRoutes routes = DefaultRoutes.of(List.of(HEAD, DEFAULT, NEIGHBOURS), List.of());

    assertThat(routes.ways()).containsExactly("eth0 010200C0");
    assertThat(DefaultRoutes.of(List.of(HEAD, DEFAULT), List.of())).isEqualTo(routes);
    assertThat(DefaultRoutes.of(List.of(HEAD, NEIGHBOURS), List.of())).isNotEqualTo(routes);
    assertThat(DefaultRoutes.of(List.of(HEAD, DEFAULT.replace("010200C0", "FE0200C0")), List.of()))
        .isNotEqualTo(routes);
  }

  @Test
  void useDoesNotChangeIt() {
    String before =
        ZERO + " 00 " + ZERO + " 00 " + "f".repeat(32) + " 00000400 00000001 00000007 3 eth0";
    String after = before.replace("00000001 00000007", "00000009 000000ff");

    assertThat(DefaultRoutes.of(List.of(), List.of(before)).ways())
        .containsExactly("eth0 " + "f".repeat(32));
    assertThat(DefaultRoutes.of(List.of(), List.of(after)))
        .isEqualTo(DefaultRoutes.of(List.of(), List.of(before)));
  }
}
