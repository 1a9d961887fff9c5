package io.windlass.engine.local.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.windlass.engine.local.sandbox.LoopbackFilter.Confined;
import io.windlass.engine.local.sandbox.LoopbackFilter.Openings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoopbackFilterTest {
  private static final int USER = Users.FIRST + 59_990;
  private static final int OTHER = Users.FIRST + 59_991;

  private final String name = "windlass-filter-test-" + ProcessHandle.current().pid();
  private LoopbackFilter filter;
  private ServerSocket service;

  @BeforeEach
  void open() throws Exception {
    boolean works = new LoopbackProbe(name, Optional.of(USER)).filters();
    if (!works && "true".equals(System.getenv("CI"))) {
      fail("part absent: nftables and root");
    }
    assumeTrue(works, "part absent: nftables and root");
    filter = LoopbackFilter.of(name, true, List.of(), List.of());
    filter.open(List.of());
    service = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
  }

  @AfterEach
  void close() throws Exception {
    if (filter != null) {
      filter.release("a");
      filter.release("b");
      filter.close();
      service.close();
    }
  }

  @Test
  void theTableOfAKeeperWhoseDirectoryIsGoneIsRemoved(@TempDir Path gone, @TempDir Path here)
      throws Exception {
    filter.keptBy(gone);
    filter.confine("a", new Confined(USER, Optional.empty(), false));
    LoopbackFilter next = LoopbackFilter.of(name + "-next", true, List.of(), List.of());

    next.keptBy(here);
    assertThat(calls(USER)).as("its keeper may come back").isFalse();

    Files.delete(gone);
    next.keptBy(here);
    assertThat(calls(USER)).isTrue();
  }

  @Test
  void whoIsConfinedCallsNobodyUntilReleased() throws Exception {
    assertThat(calls(USER)).isTrue();

    filter.confine("a", new Confined(USER, Optional.empty(), false));
    filter.confine("b", new Confined(USER, Optional.empty(), false));
    assertThat(calls(USER)).isFalse();
    assertThat(calls(OTHER)).isTrue();

    filter.release("a");
    assertThat(calls(USER)).as("another process of the same user is still there").isFalse();
    filter.release("b");
    assertThat(calls(USER)).isTrue();
  }

  @Test
  void aPortOfOnesOwnIsOpenForItsUserAlone() throws Exception {
    filter.confine("a", new Confined(USER, Optional.of(service.getLocalPort()), false));
    filter.confine("b", new Confined(OTHER, Optional.empty(), false));

    assertThat(calls(USER)).isTrue();
    assertThat(calls(OTHER)).isFalse();
  }

  @Test
  void aTableThatSomebodyFlushedIsBack() throws Exception {
    filter.confine("a", new Confined(USER, Optional.empty(), false));
    assertThat(
            Isolation.works(
                List.of("/usr/sbin/nft", "delete", "table", "inet", name.replace('-', '_'))))
        .isTrue();
    assertThat(calls(USER)).isTrue();

    filter.restore();

    assertThat(calls(USER)).isFalse();
  }

  @Test
  void whatTheOperatorListsIsOpenForReplicasOnly() {
    Openings openings =
        new Openings(
            List.of(InetAddress.ofLiteral("127.0.0.53")),
            List.of(new InetSocketAddress("0.0.0.0", 80)),
            List.of(new InetSocketAddress("127.0.0.1", 5432)));

    assertThat(
            LoopbackFilter.rules(
                    "t",
                    Optional.of("/var/lib/keeper"),
                    List.of(
                        new Confined(8, Optional.of(20_001), true),
                        new Confined(9, Optional.empty(), false)),
                    openings)
                .lines()
                .map(String::strip))
        .containsSubsequence(
            "meta skuid != { 8, 9 } accept",
            "ip daddr 127.0.0.53 meta l4proto { tcp, udp } th dport 53 accept",
            "meta l4proto { tcp, udp } th dport 80 accept",
            "meta skuid 8 tcp dport 20001 accept",
            "meta skuid { 8 } ip daddr 127.0.0.1 meta l4proto { tcp, udp } th dport 5432 accept",
            "reject with icmpx type admin-prohibited");
  }

  private boolean calls(int user) {
    return Isolation.works(
        List.of(
            "/usr/bin/setpriv",
            "--reuid=" + user,
            "--regid=" + user,
            "--clear-groups",
            "/bin/bash",
            "-c",
            "exec 4<>/dev/tcp/127.0.0.1/" + service.getLocalPort()));
  }
}
