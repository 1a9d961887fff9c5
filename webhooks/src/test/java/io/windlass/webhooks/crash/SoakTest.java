package io.windlass.webhooks.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.webhooks.crash.Developer.Made;
import io.windlass.webhooks.demo.Traffic;
import io.windlass.webhooks.demo.WebhookSender.Push;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Users who never see a failed request, while new versions go live and the server is restarted in
 * the middle of it, politely and not. {@code -Dwindlass.soak.rollouts} and {@code
 * -Dwindlass.soak.restarts} size the long one.
 */
class SoakTest {
  private static final int CLIENTS = 4;

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
  void noRequestFailsOverAFewRolloutsAndRestarts() throws Exception {
    soak(3, 2);
  }

  @Test
  @Tag("long")
  void noRequestFailsOverFiftyRolloutsAndTwentyRestarts() throws Exception {
    soak(
        Integer.getInteger("windlass.soak.rollouts", 50),
        Integer.getInteger("windlass.soak.restarts", 20));
  }

  private void soak(int rollouts, int restarts) throws Exception {
    say(rollouts + " rollouts and " + restarts + " restarts of the server");
    try (Installation installation = Installation.start(folder, random)) {
      roll(installation);
      Installation.until("two replicas serve", installation::settled);
      try (Traffic traffic =
          new Traffic(installation.application(), CLIENTS, Duration.ofMillis(5))) {
        int restarted = 0;
        for (int i = 1; i <= rollouts; i++) {
          Push push = installation.developer().commit(Made.GOOD);
          assertThat(installation.developer().deliver(push)).isTrue();
          // Spread evenly over the rollouts.
          while (restarted < restarts * (long) i / rollouts) {
            restart(installation, restarted % 2 == 0);
            restarted++;
          }
          awaitLive(installation, push);
          assertThat(traffic.failed())
              .as("failed requests at rollout %s: %s", i, traffic.firstFailure())
              .isZero();
        }
        String figures = Findings.check(installation, 1);
        long live = rolloutsThatWentLive(installation);
        assertThat(live).isGreaterThanOrEqualTo(rollouts);
        assertThat(traffic.answered()).isPositive();
        assertThat(traffic.failed()).as(traffic.firstFailure()).isZero();
        say(
            "%d rollouts under load, %d restarts, %d requests, %d failed; %s"
                .formatted(rollouts, restarted, traffic.answered(), traffic.failed(), figures));
      }
      installation.stop();
      assertThat(installation.processes()).as("what is left behind").isEmpty();
    }
  }

  private static void roll(Installation installation) throws Exception {
    Push push = installation.developer().commit(Made.GOOD);
    assertThat(installation.developer().deliver(push)).isTrue();
    awaitLive(installation, push);
  }

  private static void awaitLive(Installation installation, Push push) {
    Installation.until(
        "the run of " + push + " succeeds",
        () ->
            installation
                .runOf(push.after())
                .filter(run -> run.path("status").asText().equals("succeeded"))
                .isPresent());
  }

  /** At a time of its own after the push, whatever is going on then. */
  private void restart(Installation installation, boolean politely) throws Exception {
    clock
        .schedule(
            () -> {
              if (politely) {
                installation.server().stop();
              } else {
                installation.server().kill();
              }
              return true;
            },
            random.nextInt(5_000),
            TimeUnit.MILLISECONDS)
        .get();
    installation.server().startAgain();
  }

  private static long rolloutsThatWentLive(Installation installation) throws Exception {
    long live = 0;
    for (var run : installation.runs()) {
      var whole =
          installation.get("runs/" + Installation.REPOSITORY + "/" + run.path("number").asLong());
      var stage = whole.path("deployments").path(Installation.ENVIRONMENT).path("stage");
      live += stage.asText().equals("live") ? 1 : 0;
    }
    return live;
  }

  private void say(String text) {
    System.out.println("soak, seed " + seed + ": " + text);
  }
}
