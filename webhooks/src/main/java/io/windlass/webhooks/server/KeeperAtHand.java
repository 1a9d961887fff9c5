package io.windlass.webhooks.server;

import io.windlass.engine.local.client.KeeperClient;
import io.windlass.engine.local.client.KeeperException;
import io.windlass.engine.local.client.KeeperLauncher;
import io.windlass.engine.local.protocol.KeeperStatus;
import io.windlass.webhooks.settings.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the machine's keeper answers: finds the one that runs, or starts one where the
 * server's file lets it, and another one whenever that one ends. Closing it ends the watch and not
 * the keeper.
 */
final class KeeperAtHand implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KeeperAtHand.class);
  private static final Duration PATIENCE = Duration.ofMillis(300);
  private static final Duration ANSWERS_WITHIN = Duration.ofSeconds(60);

  /** A keeper that ran for less is started again after a pause, which doubles each time. */
  private static final Duration STEADY = Duration.ofSeconds(5);

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Settings.Target.Keeper keeper;
  private final Path config;
  private final Optional<Thread> watch;

  private KeeperAtHand(Settings.Target.Keeper keeper, Path config)
      throws IOException, KeeperException, InterruptedException {
    this.keeper = keeper;
    this.config = config;
    KeeperStatus status = answering();
    status
        .isolation()
        .notes()
        .forEach(note -> LOG.atWarn().addKeyValue("keeper", keeper.data()).log(note));
    this.watch =
        keeper.start()
            ? Optional.of(Thread.ofVirtual().name("keeper-watch").start(() -> keepUp(status.pid())))
            : Optional.empty();
  }

  /**
   * Returns once a keeper answers.
   *
   * @param config the server's file, which a keeper that is started reads as well
   */
  static KeeperAtHand ensure(Settings.Target.Keeper keeper, Path config)
      throws IOException, KeeperException, InterruptedException {
    return new KeeperAtHand(keeper, config);
  }

  private KeeperStatus answering() throws IOException, KeeperException, InterruptedException {
    try (KeeperClient client = new KeeperClient(keeper.data(), PATIENCE)) {
      return client.status();
    } catch (KeeperException e) {
      if (!keeper.start()) {
        throw new IOException(
            "Tried to reach the keeper of '"
                + keeper.data()
                + "' but none answers, and the server's file says start: false; start it with 'windlass keeper'",
            e);
      }
      return started();
    }
  }

  private KeeperStatus started() throws IOException, KeeperException, InterruptedException {
    Files.createDirectories(keeper.data());
    List<String> options = new ArrayList<>(KeeperLauncher.JVM_OPTIONS);
    options.addAll(StartCache.options("keeper"));
    List<String> command =
        JavaLaunch.command(options, List.of("keeper", "--config", config.toString()));
    KeeperStatus status =
        KeeperLauncher.start(
            command, keeper.data(), keeper.data().resolve("keeper.log"), ANSWERS_WITHIN);
    LOG.atInfo().addKeyValue("pid", status.pid()).log("started a keeper");
    return status;
  }

  private void keepUp(long first) {
    long pid = first;
    Duration pause = Duration.ZERO;
    try {
      while (true) {
        long since = System.nanoTime();
        awaitEnd(pid);
        if (System.nanoTime() - since > STEADY.toNanos()) {
          pause = Duration.ZERO;
        }
        LOG.atWarn().addKeyValue("pid", pid).log("the keeper ended; another one is started");
        Optional<KeeperStatus> next = Optional.empty();
        while (next.isEmpty()) {
          Thread.sleep(pause);
          pause = longer(pause);
          next = tried();
        }
        pid = next.get().pid();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<KeeperStatus> tried() throws InterruptedException {
    try {
      return Optional.of(answering());
    } catch (KeeperException | IOException e) {
      LOG.atError().log("{}; it is tried again", e.getMessage());
      return Optional.empty();
    }
  }

  private static Duration longer(Duration pause) {
    if (pause.isZero()) {
      return FIRST_PAUSE;
    }
    Duration twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  private static void awaitEnd(long pid) throws InterruptedException {
    Optional<ProcessHandle> process = ProcessHandle.of(pid);
    if (process.isPresent()) {
      try {
        process.get().onExit().get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  @Override
  public void close() {
    watch.ifPresent(Thread::interrupt);
  }
}
