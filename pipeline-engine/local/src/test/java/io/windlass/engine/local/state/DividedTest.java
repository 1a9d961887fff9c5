package io.windlass.engine.local.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.local.protocol.Json;
import io.windlass.engine.local.state.Divided.Kind;
import io.windlass.engine.rollout.Division;
import io.windlass.engine.rollout.Division.Beside;
import io.windlass.engine.rollout.Division.Part;
import io.windlass.engine.rollout.Division.Replace;
import io.windlass.scaler.fleet.Share;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DividedTest {
  private static final Division REPLACE = new Replace();
  private static final Division TENTH = new Part(Share.percent(10));

  private static Divided shifted(Divided now, String release, Division asked) {
    return Divided.shifted(Optional.of(now), release, asked);
  }

  /** Release a serves alone. */
  private static Divided served() {
    return Divided.shifted(Optional.empty(), "a", REPLACE);
  }

  @Test
  void aFirstReleaseHasNothingBeforeIt() {
    assertThat(served()).isEqualTo(new Divided("a", 100, Optional.empty(), Optional.empty()));
    assertThat(Divided.shifted(Optional.empty(), "a", TENTH).from()).isEmpty();
  }

  @Test
  void whatRanBeforeStaysTheSameThroughAllStages() {
    Divided canary = shifted(served(), "b", TENTH);
    Divided standby = shifted(canary, "b", new Beside(false));
    Divided last = shifted(standby, "b", REPLACE);

    assertThat(canary).isEqualTo(new Divided("b", 10, Optional.of("a"), Optional.empty()));
    assertThat(canary.asked()).isEqualTo(TENTH);
    assertThat(standby.asked()).isEqualTo(new Beside(false));
    assertThat(last).isEqualTo(new Divided("b", 100, Optional.of("a"), Optional.empty()));
    assertThat(last.proved().from()).isEmpty();
  }

  @Test
  void theReleaseBeforeIsReturnedToHoweverOftenItIsAskedFor() {
    Divided returning = shifted(shifted(served(), "b", TENTH), "a", REPLACE);

    assertThat(returning)
        .isEqualTo(new Divided("a", 100, Optional.of("b"), Optional.of(Kind.RETURN)));
    assertThat(returning.asked()).isEqualTo(REPLACE);
    assertThat(returning.isTrial()).isFalse();
    assertThat(shifted(returning, "a", REPLACE)).isEqualTo(returning);
  }

  @Test
  void aCandidateThatHasNotProvedItselfIsNothingToGoOnFrom() {
    Divided canary = shifted(served(), "b", TENTH);
    assertThat(shifted(canary, "c", TENTH).from()).contains("a");

    Divided returning = shifted(canary, "a", REPLACE);
    assertThat(shifted(returning, "c", TENTH).from()).contains("a");
    Divided again = shifted(returning, "b", REPLACE);
    assertThat(again).isEqualTo(new Divided("b", 100, Optional.of("a"), Optional.empty()));
  }

  @Test
  void whatHasAllMayBeLeftUntilItHasProvedItself() {
    Divided arrived = shifted(served(), "b", REPLACE).arrived();

    assertThat(arrived)
        .isEqualTo(new Divided("b", 100, Optional.of("a"), Optional.of(Kind.ARRIVED)));
    assertThat(arrived.isTrial()).isTrue();
    assertThat(arrived.requests(4, 1)).as("requests follow readiness").isEmpty();
    assertThat(shifted(arrived, "b", REPLACE)).isEqualTo(arrived);
    Divided returning = shifted(arrived, "a", REPLACE);
    assertThat(returning.kind()).contains(Kind.RETURN);
    assertThat(returning.arrived()).isEqualTo(served());
    assertThat(shifted(arrived, "c", TENTH).from()).contains("b");
    assertThat(arrived.proved()).isEqualTo(Divided.shifted(Optional.empty(), "b", REPLACE));
  }

  @Test
  void askedForTwiceASwitchThatWasMadeStaysMade() {
    Divided switching = shifted(served(), "b", new Beside(true));
    assertThat(switching.kind()).contains(Kind.SWITCH);
    assertThat(shifted(switching, "b", new Beside(true))).isEqualTo(switching);

    Divided live = switching.switched();
    assertThat(live.asked()).isEqualTo(new Beside(true));
    assertThat(shifted(live, "b", new Beside(true))).isEqualTo(live);
    assertThat(shifted(live, "b", new Beside(false)).kind()).contains(Kind.STANDBY);

    Divided last = shifted(live, "b", REPLACE);
    assertThat(last.kind()).contains(Kind.FINISH);
    assertThat(last.asked()).isEqualTo(REPLACE);
    assertThat(shifted(last, "b", REPLACE)).isEqualTo(last);
    assertThat(shifted(last, "a", REPLACE).kind()).contains(Kind.RETURN);
  }

  @ParameterizedTest(name = "{0}: {2} of {1} ready take {3}")
  @CsvSource({
    // A canary's share grows with the replicas that carry it.
    "10%, 10, 0, 0",
    "10%, 10, 1, 0.1",
    "50%, 10, 1, 0.1",
    "50%, 10, 4, 0.4",
    "50%, 10, 5, 0.5",
    "50%, 10, 9, 0.5",
    "10%, 1, 1, 0.1",
    "10%, 0, 0, 0",
    // Both whole: all or nothing.
    "STANDBY, 4, 4, 0",
    "SWITCH, 4, 3, 0",
    "LIVE, 4, 4, 1",
    "LIVE, 4, 1, 1",
    "FINISH, 4, 1, 1",
    // Back at once where half of the replicas are there; fewer take twice their share.
    "RETURN, 10, 9, 1",
    "RETURN, 10, 5, 1",
    "RETURN, 10, 2, 0.4",
    "RETURN, 10, 0, 0",
    "RETURN, 1, 1, 1",
    "RETURN, 0, 0, 0",
  })
  void requestsGoAsTheReplicasAllow(String how, int total, int ready, double share) {
    Divided divided =
        how.endsWith("%")
            ? new Divided(
                "b", Double.parseDouble(how.replace("%", "")), Optional.of("a"), Optional.empty())
            : new Divided("b", 100, Optional.of("a"), Optional.of(Kind.valueOf(how)));

    assertThat(divided.requests(total, ready).orElseThrow().fraction()).isEqualTo(share);
  }

  @Test
  void whileOneReplacesTheOtherRequestsFollowReadiness() {
    assertThat(shifted(served(), "b", REPLACE).requests(4, 1)).isEmpty();
  }

  @Test
  void whatTheKeeperBeforeWroteIsRead(@TempDir Path directory) throws Exception {
    Path file = directory.resolve("state.json");
    Files.writeString(
        file,
        """
        {"version":1,"bootId":"x","sizes":{},"members":{},"divisions":{
          "acme/shop/production":{"to":"b","percent":100,"from":"a"},
          "acme/shop/staging":{"to":"b","percent":10,"from":"a"},
          "acme/blog/production":{"to":"a","percent":100}}}
        """);

    KeeperState state = new StateFile(file).read();

    assertThat(state.divisions())
        .isEqualTo(
            Map.of(
                "acme/shop/production", shifted(served(), "b", REPLACE),
                "acme/shop/staging", shifted(served(), "b", TENTH),
                "acme/blog/production", served()));
  }

  /** As the keeper of the version before has it. */
  private record Before(String to, int percent, Optional<String> from) {}

  @ParameterizedTest
  @CsvSource({"false, 0", "true, 100"})
  void theKeeperBeforeReadsAllOrNothing(boolean live, int percent) throws Exception {
    Divided divided = shifted(served(), "b", new Beside(live));

    byte[] json = Json.write(divided);

    assertThat(Json.read(json, Before.class)).isEqualTo(new Before("b", percent, Optional.of("a")));
    assertThat(Json.read(json, Divided.class)).isEqualTo(divided);
  }
}
