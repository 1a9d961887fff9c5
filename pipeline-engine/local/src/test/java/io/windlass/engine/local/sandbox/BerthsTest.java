package io.windlass.engine.local.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BerthsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final Users users = new Users(Users.FIRST);
  @TempDir private Path directory;
  private Berths berths;
  private Set<ProcessHandle> before;

  @BeforeEach
  void open() {
    Isolation isolation =
        Isolation.probe(
            "windlass-berths-test-" + ProcessHandle.current().pid(),
            Users.FIRST,
            Users.COUNT,
            List.of(),
            Isolation.Surroundings.NONE,
            true);
    assumeTrue(isolation.sandbox().ownNetwork(), "part absent: passt, for networks of steps");
    berths = new Berths(isolation, users, "berths-test", directory);
    before = ProcessHandle.current().children().collect(Collectors.toSet());
  }

  @AfterEach
  void close() {
    if (berths != null) {
      berths.close();
      assertThat(made()).as("left over").isEmpty();
    }
  }

  @Test
  void givesOutWhatWasMadeAheadOnce() throws Exception {
    berths.prepare();
    Berth first = berths.take();
    assertThat(made()).as("network and wrapper").hasSize(2);

    Berth second = berths.take();

    assertThat(made()).hasSize(4);
    assertThat(second.group()).isNotEqualTo(first.group());
    assertThat(entrance(second)).isNotEqualTo(entrance(first));
    berths.giveBack(first);
    berths.giveBack(second);
  }

  @Test
  void makesAnotherInPlaceOfOneWhoseNetworkHasEndedMeanwhile() throws Exception {
    endedMeanwhile(p -> p.children().count() == 1);
  }

  @Test
  void makesAnotherInPlaceOfOneWhoseWrapperHasEndedMeanwhile() throws Exception {
    endedMeanwhile(p -> p.children().count() == 0);
  }

  private void endedMeanwhile(Predicate<ProcessHandle> which) throws Exception {
    berths.prepare();
    await().atMost(PATIENCE).until(() -> made().size() == 2);
    ProcessHandle ahead = made().stream().filter(which).findFirst().orElseThrow();
    ahead.destroyForcibly();
    ahead.onExit().get();

    Berth berth = berths.take();

    assertThat(berth.ready()).isTrue();
    assertThat(made()).hasSize(2).doesNotContain(ahead);
    assertThat(Isolation.works(berth.network().orElseThrow().entering(List.of("/bin/true"))))
        .isTrue();
    berths.giveBack(berth);
  }

  @Test
  void oneInTheMachinesNetworkLeavesTheOneAheadWhereItIs() throws Exception {
    berths.prepare();

    Berth berth = berths.inMachinesNetwork();

    assertThat(berth.network()).isEmpty();
    berths.giveBack(berth);
    Berth ahead = berths.take();
    assertThat(ahead.network()).isPresent();
    berths.giveBack(ahead);
  }

  @Test
  void makesNoneAheadOnceItIsClosed() throws Exception {
    berths.close();

    berths.prepare();

    assertThat(made()).isEmpty();
  }

  private static List<String> entrance(Berth berth) {
    return berth.network().orElseThrow().entrance();
  }

  private Set<ProcessHandle> made() {
    return ProcessHandle.current()
        .children()
        .filter(p -> !before.contains(p))
        .collect(Collectors.toSet());
  }
}
