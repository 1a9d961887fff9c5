package io.windlass.engine.local.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.windlass.engine.local.client.HostStepExecutor;
import io.windlass.engine.local.keeper.KeeperSettings.Surroundings;
import io.windlass.engine.local.protocol.KeeperStatus;
import io.windlass.engine.local.protocol.ReleaseSpec;
import io.windlass.engine.local.protocol.RolloutStatus.State;
import io.windlass.engine.run.StepContainer;
import io.windlass.engine.run.StepLimits;
import io.windlass.engine.run.StepResult;
import io.windlass.engine.run.StepTask;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What of this machine can be called from inside. */
@Timeout(120)
class NetworkTest {
  @TempDir Path temporary;
  private ServerSocket service;
  private ServerSocket database;
  private Bench bench;
  private KeeperStatus.Isolation isolation;

  @BeforeEach
  void open() throws Exception {
    service = new ServerSocket(0);
    database = new ServerSocket();
    database.bind(new InetSocketAddress("127.0.0.1", 0));
    Surroundings around =
        new Surroundings(
            List.of(), List.of(new Surroundings.Reach("127.0.0.1", database.getLocalPort())));
    bench = new Bench(temporary, s -> s.withSurroundings(around));
    bench.start();
    isolation = bench.client.status().isolation();
  }

  @AfterEach
  void close() throws Exception {
    bench.close();
    service.close();
    database.close();
  }

  @Test
  void aStepCallsWhatItStartsItselfAndNothingOfTheMachine() throws Exception {
    Bench.need(isolation.ownNetwork(), "passt, for networks of steps");
    String script =
        """
        perl -MIO::Socket::INET -e '
          $own = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1");
          for ("127.0.0.1:" . $own->sockport, @ARGV) {
            print "$_ ", (IO::Socket::INET->new(PeerAddr => $_, Timeout => 5) ? "called" : "closed"), "\\n";
          }' %s
        """
            .formatted(
                String.join(
                    " ",
                    "127.0.0.1:" + service.getLocalPort(),
                    address() + ":" + service.getLocalPort(),
                    "127.0.0.1:" + database.getLocalPort()));

    assertThat(step(script).lines().map(line -> line.split(" ", -1)[1]))
        .containsExactly("called", "closed", "closed", "closed");
  }

  @Test
  void twoStepsAtOnceAreInTwoNetworks() throws Exception {
    Bench.need(isolation.ownNetwork(), "passt, for networks of steps");
    String script = "touch %s; until test -e %s; do sleep 0.05; done; readlink /proc/self/ns/net";
    CompletableFuture<String> other = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            other.complete(step("other", script.formatted("b", "a")));
          } catch (Throwable e) {
            other.completeExceptionally(e);
          }
        });

    String network = step("s", script.formatted("a", "b"));

    assertThat(network)
        .startsWith("net:")
        .isNotEqualTo(other.get(60, TimeUnit.SECONDS))
        .isNotEqualTo(Files.readSymbolicLink(Path.of("/proc/self/ns/net")) + "\n");
  }

  @Test
  void aStepMayPing() throws Exception {
    Bench.need(isolation.ownNetwork(), "passt, for networks of steps");

    assertThat(step("perl -MSocket -e 'socket($s, PF_INET, SOCK_DGRAM, 1) || die $!; print 1'"))
        .isEqualTo("1");
  }

  @Test
  void aStepGetsOutToOtherMachines() throws Exception {
    Bench.need(isolation.ownNetwork() && isolation.unprivileged(), "passt, for networks of steps");
    try (OtherMachine other = new OtherMachine()) {
      assertThat(step("exec 4<>/dev/tcp/%s/%d && cat <&4".formatted(other.address(), other.port())))
          .isEqualTo("hello\n");
    }
  }

  @Test
  void aStepDoesNotReachTheMachineByOneOfItsOtherAddresses() throws Exception {
    Bench.need(
        isolation.ownNetwork() && isolation.loopbackClosed(), "passt and nftables, for steps");
    try (OtherMachine other = new OtherMachine()) {
      // Where it is let through it is called at once; pasta does not tell that it was refused.
      String call = "timeout 3 bash -c 'exec 4<>/dev/tcp/%s/%d' && echo called || echo closed";

      assertThat(step(call.formatted(other.here(), service.getLocalPort()))).endsWith("closed\n");
    }
  }

  @Test
  void aReplicaCallsItselfAndWhatTheOperatorListsAndNothingElseOfTheMachine() throws Exception {
    Bench.need(isolation.loopbackClosed(), "nftables, which keeps replicas in");
    ReleaseSpec release = Bench.release(1, TinyApp.in(temporary.resolve("image")), Map.of());
    bench.size(1);
    bench.shift(release);
    bench.awaitState(release, State.SETTLED);
    int own = bench.replicas().getFirst().port().orElseThrow();

    assertThat(called("127.0.0.1", own)).as("itself").isTrue();
    assertThat(called("127.0.0.1", database.getLocalPort())).as("what is listed").isTrue();
    assertThat(called("127.0.0.1", service.getLocalPort())).as("the loopback").isFalse();
    assertThat(called("::1", service.getLocalPort())).as("the loopback, v6").isFalse();
    assertThat(called(address(), service.getLocalPort())).as("another address").isFalse();
    assertThat(called("127.0.0.1", bench.metricsPort())).as("the keeper").isFalse();

    // It lives on while the keeper is away, and stays where it is.
    bench.stop();
    bench.start();
    assertThat(called("127.0.0.1", own)).isTrue();
    assertThat(called("127.0.0.1", service.getLocalPort())).isFalse();
  }

  private boolean called(String host, int port) throws Exception {
    return bench.get("/call/" + host + "/" + port).statusCode() == 200;
  }

  /** What the step printed. */
  private String step(String script) throws Exception {
    return step("s", script);
  }

  private String step(String id, String script) throws Exception {
    Path log = temporary.resolve(id + ".log");
    StepTask task =
        new StepTask(
            id,
            Files.createDirectories(temporary.resolve("workspace")),
            List.of(),
            List.of("/bin/bash", "-c", script),
            Map.of(),
            Map.of(),
            StepContainer.NONE,
            log,
            StepLimits.DEFAULT);
    StepResult result = new HostStepExecutor(bench.client).run(task);
    assertThat(result)
        .as(() -> log.toFile().exists() ? read(log) : "no log")
        .isInstanceOfSatisfying(
            StepResult.Exited.class, e -> assertThat(e.code()).as(() -> read(log)).isZero());
    return read(log);
  }

  private static String read(Path log) {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "its log cannot be read: " + e;
    }
  }

  /** An address of this machine that is not its loopback's. */
  private static String address() throws IOException {
    return NetworkInterface.networkInterfaces()
        .flatMap(NetworkInterface::inetAddresses)
        .filter(a -> a instanceof Inet4Address && !a.isLoopbackAddress() && !a.isLinkLocalAddress())
        .map(InetAddress::getHostAddress)
        .findFirst()
        .orElse("127.0.0.2");
  }

  /** A network space at the end of a cable, with a program that says hello. */
  private static final class OtherMachine implements AutoCloseable {
    private static final int PORT = 7;

    private final String name = "wl" + ProcessHandle.current().pid();
    private final Process server;

    OtherMachine() throws Exception {
      ip("netns add " + name);
      ip("link add " + name + "a type veth peer name " + name + "b netns " + name);
      ip("addr add 198.18.77.1/30 dev " + name + "a");
      ip("link set " + name + "a up");
      ip("-n " + name + " addr add 198.18.77.2/30 dev " + name + "b");
      ip("-n " + name + " link set " + name + "b up");
      server =
          new ProcessBuilder(
                  "/usr/sbin/ip",
                  "netns",
                  "exec",
                  name,
                  "/usr/bin/perl",
                  "-MIO::Socket::INET",
                  "-e",
                  "$s = IO::Socket::INET->new(Listen => 1, LocalPort => 7) or die;"
                      + "$| = 1; print \"up\\n\"; $c = $s->accept; print $c \"hello\\n\"")
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      assertThat(server.inputReader().readLine()).isEqualTo("up");
    }

    String address() {
      return "198.18.77.2";
    }

    /** This machine's own end of the cable. */
    String here() {
      return "198.18.77.1";
    }

    int port() {
      return PORT;
    }

    @Override
    public void close() throws Exception {
      server.destroyForcibly();
      ip("netns del " + name);
    }

    private static void ip(String arguments) throws Exception {
      Process process =
          new ProcessBuilder(("/usr/sbin/ip " + arguments).split(" ")).inheritIO().start();
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(arguments).isZero();
    }
  }
}
