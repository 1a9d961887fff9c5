package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.windlass.engine.local.client.KeeperException;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.RolloutStatus.State;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.client.HttpClient;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A keeper whose listening socket is held by somebody else while it is restarted. */
class SocketUnitTest {
  private static final int CLIENTS = 4;
  private static final int RESTARTS = 3;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /**
   * Stands for systemd: listens, gives the socket as standard input, and starts again what ends.
   */
  private static final String UNIT =
      """
      use Socket;
      my $file = shift @ARGV;
      socket(my $listening, PF_INET, SOCK_STREAM, 0) or die $!;
      bind($listening, sockaddr_in(0, INADDR_LOOPBACK)) or die $!;
      listen($listening, 128) or die $!;
      my ($port) = sockaddr_in(getsockname($listening));
      open(my $out, '>', "$file.new") or die $!;
      print $out $port;
      close $out;
      rename "$file.new", $file or die $!;
      my ($keeper, $told) = (0, 0);
      $SIG{TERM} = sub { $told = 1; kill 'TERM', $keeper };
      until ($told) {
        $keeper = fork();
        if ($keeper == 0) { open(STDIN, '<&', $listening) or die $!; exec @ARGV; }
        waitpid($keeper, 0);
      }
      """;

  @TempDir Path temporary;
  private final Queue<String> failures = new ConcurrentLinkedQueue<>();
  private final AtomicLong answered = new AtomicLong();
  private Bench bench;
  private Process unit;

  @BeforeEach
  void open() throws Exception {
    bench =
        new Bench(
            temporary,
            settings -> settings.withRoutes(new KeeperSettings.Routes(List.of(), true, List.of())));
    List<String> command =
        new ArrayList<>(List.of("perl", "-e", UNIT, temporary.resolve("port").toString()));
    command.addAll(bench.command());
    unit =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(temporary.resolve("keeper.log").toFile())
            .start();
    awaitAnotherKeeper(0);
  }

  @AfterEach
  void close() throws Exception {
    bench.client.stopAll(PATIENCE);
    unit.destroy();
    unit.waitFor();
    bench.client.close();
  }

  @Test
  void aRestartDelaysRequestsAndLosesNone() throws Exception {
    ReleaseSpec release = Bench.release(1, TinyApp.in(temporary.resolve("image")), Map.of());
    bench.size(1);
    bench.shift(release);
    bench.awaitState(release, State.SETTLED);
    URI address =
        URI.create("http://127.0.0.1:" + Files.readString(temporary.resolve("port")) + "/");
    AtomicBoolean running = new AtomicBoolean(true);
    List<Thread> clients = new ArrayList<>();
    try (HttpClient http = new HttpClient()) {
      http.start();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(Thread.ofVirtual().start(() -> ask(http, address, running)));
      }
      for (int i = 0; i < RESTARTS; i++) {
        awaitAnswers();
        long pid = bench.client.status().pid();
        ProcessHandle.of(pid).orElseThrow().destroy();
        awaitAnotherKeeper(pid);
      }
      awaitAnswers();
      running.set(false);
      for (Thread client : clients) {
        client.join();
      }
    }

    assertThat(failures).isEmpty();
  }

  private void ask(HttpClient http, URI address, AtomicBoolean running) {
    while (running.get()) {
      try {
        int status =
            http.newRequest(address)
                .timeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .send()
                .getStatus();
        if (status == 200) {
          answered.incrementAndGet();
        } else {
          failures.add("status " + status);
        }
      } catch (ExecutionException | TimeoutException e) {
        failures.add(e.toString());
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void awaitAnswers() {
    long before = answered.get();
    await().atMost(PATIENCE).until(() -> answered.get() > before + 100);
  }

  private void awaitAnotherKeeper(long than) {
    await()
        .atMost(PATIENCE)
        .until(() -> {
          try {
            return bench.client.status().pid() != than;
          } catch (KeeperException e) {
            return false;
          }
        });
  }
}
