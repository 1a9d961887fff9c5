package io.windlass.engine.local.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class NetworksTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Users users = new Users(Users.FIRST);
  private Networks networks;
  private Set<ProcessHandle> before;

  @BeforeEach
  void open() {
    Isolation isolation =
        Isolation.probe(
            "windlass-networks-test-" + ProcessHandle.current().pid(),
            Users.FIRST,
            Users.COUNT,
            List.of(),
            Isolation.Surroundings.NONE,
            true);
    assumeTrue(isolation.sandbox().ownNetwork(), "part absent: passt, for networks of steps");
    networks = new Networks(isolation, users);
    before = ProcessHandle.current().children().collect(Collectors.toSet());
  }

  @AfterEach
  void close() {
    if (networks != null) {
      networks.close();
      assertThat(made()).as("left over").isEmpty();
    }
  }

  @Test
  void givesOutWhatWasMadeAheadOnce() throws Exception {
    networks.prepare();
    HeldNetwork first = networks.take().orElseThrow();
    assertThat(made()).hasSize(1);

    HeldNetwork second = networks.take().orElseThrow();

    assertThat(made()).hasSize(2);
    assertThat(entering(second)).isNotEqualTo(entering(first));
    networks.giveBack(first);
    networks.giveBack(second);
  }

  @Test
  void makesAnotherInPlaceOfOneThatHasEndedMeanwhile() throws Exception {
    networks.prepare();
    await().atMost(PATIENCE).until(() -> made().stream().anyMatch(p -> p.children().count() == 1));
    ProcessHandle ahead = made().iterator().next();
    ahead.destroyForcibly();
    ahead.onExit().get();

    HeldNetwork network = networks.take().orElseThrow();

    assertThat(network.ready()).isTrue();
    assertThat(Isolation.works(network.entering(List.of("/bin/true")))).isTrue();
    networks.giveBack(network);
  }

  @Test
  void makesNoneAheadOnceItIsClosed() throws Exception {
    networks.close();

    networks.prepare();

    assertThat(made()).isEmpty();
  }

  private static List<String> entering(HeldNetwork network) {
    return network.entering(List.of());
  }

  private Set<ProcessHandle> made() {
    return ProcessHandle.current()
        .children()
        .filter(p -> !before.contains(p))
        .collect(Collectors.toSet());
  }
}
