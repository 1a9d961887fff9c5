package io.windlass.webhooks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.webhooks.crash.Developer.Made;
import io.windlass.webhooks.demo.Traffic;
import io.windlass.webhooks.demo.WebhookSender.Push;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kill -9} at seeded moments. {@code -Dwindlass.crash.seed} repeats a run as far as a
 * machine lets itself be repeated; {@code -Dwindlass.crash.server-kills} and {@code
 * -Dwindlass.crash.keeper-kills} size the long ones.
 */
class CrashTest {
  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path folder;

  private final long seed = Long.getLong("windlass.crash.seed", System.nanoTime());
  private final Random random = new Random(seed);
  private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void endClock() {
    clock.shutdownNow();
  }

  @Test
  void nothingIsLostOrDoneTwiceWhenTheServerIsKilledAFewTimes() throws Exception {
    killServers(5);
  }

  @Test
  @Tag("long")
  void nothingIsLostOrDoneTwiceWhenTheServerIsKilledAHundredTimes() throws Exception {
    killServers(Integer.getInteger("windlass.crash.server-kills", 100));
  }

  @Test
  void replicasOutliveAKeeperThatIsKilledTwice() throws Exception {
    killKeepers(2);
  }

  @Test
  @Tag("long")
  void replicasOutliveAKeeperThatIsKilledFiftyTimes() throws Exception {
    killKeepers(Integer.getInteger("windlass.crash.keeper-kills", 50));
  }

  private void killServers(int kills) throws Exception {
    say("server", kills + " kills");
    try (Installation installation = Installation.start(folder, random)) {
      firstRelease(installation);
      long answered;
      try (Traffic traffic = new Traffic(installation.application(), 2, Duration.ofMillis(10))) {
        for (int i = 1; i <= kills; i++) {
          Moment moment = Moment.values()[random.nextInt(Moment.values().length)];
          Map<String, Long> before = installation.ready();
          killServer(installation, moment, i == kills);
          assertThat(before.keySet()).as("replicas that serve").isNotEmpty();
          assertThat(traffic.failed())
              .as("failed requests at kill %s, %s: %s", i, moment, traffic.firstFailure())
              .isZero();
        }
        say("server", kills + " kills; " + Findings.check(installation, 1));
        assertThat(traffic.failed()).as(traffic.firstFailure()).isZero();
        answered = traffic.answered();
      }
      assertThat(answered).isPositive();
      say("server", answered + " requests, none failed");
      nothingIsLeft(installation);
    }
  }

  /** Pushes something, kills the server at the moment, and starts it again. */
  private void killServer(Installation installation, Moment moment, boolean last) throws Exception {
    Developer developer = installation.developer();
    Push push = last ? developer.commit(Made.GOOD) : next(developer, moment);
    if (moment == Moment.DELIVER) {
      Future<?> kill = killLater(installation, random.nextInt(60));
      developer.deliver(push);
      for (int i = random.nextInt(4); i > 0; i--) {
        developer.deliver(developer.anyPush());
      }
      kill.get();
    } else {
      developer.deliver(push);
      if (random.nextInt(3) == 0) {
        developer.deliver(developer.anyPush());
      }
      awaitMoment(installation, moment, push);
      killLater(installation, random.nextInt(300)).get();
    }
    if (moment == Moment.START) {
      installation.server().launchAgain();
      killLater(installation, random.nextInt(3_000)).get();
    }
    installation.server().startAgain();
  }

  private Push next(Developer developer, Moment moment) throws Exception {
    if (moment == Moment.SCALE) {
      return developer.resize();
    }
    int dice = random.nextInt(20);
    if (dice == 0) {
      return developer.commit(Made.BREAKS);
    }
    if (dice < 3) {
      return developer.commit(Made.FAILS);
    }
    if (dice < 5 && developer.canForceBack()) {
      return developer.forceBack();
    }
    if (dice < 8) {
      // The next one takes its place, mostly before it is through.
      developer.deliver(developer.commit(Made.GOOD));
    }
    return developer.commit(Made.GOOD);
  }

  private static void awaitMoment(Installation installation, Moment moment, Push push) {
    switch (moment) {
      case DELIVER, CLONE, START -> {}
      case STEP, BUILD, ROLL_OUT, SCALE ->
          Installation.until(
              "moment " + moment + " of " + push,
              () -> installation.runOf(push.after()).filter(moment::reachedBy).isPresent());
    }
  }

  /** Kills at a time of its own, whatever is going on then. */
  private Future<?> killLater(Installation installation, int milliseconds) {
    return clock.schedule(
        () -> {
          installation.server().kill();
          return true;
        },
        milliseconds,
        TimeUnit.MILLISECONDS);
  }

  private void killKeepers(int kills) throws Exception {
    say("keeper", kills + " kills");
    try (Installation installation = Installation.start(folder, random)) {
      firstRelease(installation);
      int settled = 0;
      for (int i = 1; i <= kills; i++) {
        boolean atRest = i == 1 || i > 2 && random.nextInt(4) == 0;
        if (atRest) {
          Installation.until("the fleet is settled", installation::settled);
          killSettledKeeper(installation);
          settled++;
        } else {
          killWorkingKeeper(installation, i == kills);
        }
        Installation.until("traffic is back", () -> answers(installation.application()));
      }
      Push last = installation.developer().commit(Made.GOOD);
      assertThat(installation.developer().deliver(last)).isTrue();
      say(
          "keeper",
          "%d kills, %d of them at rest; %s"
              .formatted(kills, settled, Findings.check(installation, kills + 1)));
      nothingIsLeft(installation);
    }
  }

  private void killSettledKeeper(Installation installation) throws Exception {
    Map<String, Long> before = installation.ready();
    installation.killKeeper();
    assertThat(before.values()).isNotEmpty().allMatch(Processes::runs);
    installation.awaitKeeper();
    Installation.until("the keeper finds its replicas", installation::settled);
    assertThat(installation.ready()).containsAllEntriesOf(before);
  }

  private void killWorkingKeeper(Installation installation, boolean last) throws Exception {
    Moment[] moments = {Moment.CLONE, Moment.STEP, Moment.BUILD, Moment.ROLL_OUT, Moment.SCALE};
    Moment moment = moments[random.nextInt(moments.length)];
    Developer developer = installation.developer();
    Push push = last ? developer.commit(Made.GOOD) : next(developer, moment);
    assertThat(developer.deliver(push)).as("the server does not need the keeper to hear").isTrue();
    awaitMoment(installation, moment, push);
    clock
        .schedule(
            () -> {
              installation.killKeeper();
              return true;
            },
            random.nextInt(1_000),
            TimeUnit.MILLISECONDS)
        .get();
    installation.awaitKeeper();
  }

  private static void firstRelease(Installation installation) throws Exception {
    Push first = installation.developer().commit(Made.GOOD);
    assertThat(installation.developer().deliver(first)).isTrue();
    Installation.until(
        "the first release is live",
        () ->
            installation
                    .runOf(first.after())
                    .filter(run -> run.path("status").asText().equals("succeeded"))
                    .isPresent()
                && installation.settled()
                && answers(installation.application()));
  }

  private static boolean answers(URI application) throws IOException, InterruptedException {
    try (HttpClient http = HttpClient.newHttpClient()) {
      HttpRequest request =
          HttpRequest.newBuilder(application).timeout(Duration.ofSeconds(10)).build();
      return http.send(request, BodyHandlers.discarding()).statusCode() == 200;
    }
  }

  private static void nothingIsLeft(Installation installation) throws Exception {
    assertThat(installation.processes()).as("what runs before the end").isNotEmpty();
    installation.stop();
    assertThat(installation.processes()).as("what is left behind").isEmpty();
  }

  private void say(String part, String text) {
    System.out.println("crash of the " + part + ", seed " + seed + ": " + text);
  }
}
