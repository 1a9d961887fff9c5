package io.windlass.webhooks.cli;

import io.windlass.engine.local.client.KeeperException;
import io.windlass.engine.local.client.KeeperLauncher;
import io.windlass.webhooks.demo.ServerProcess;
import io.windlass.webhooks.server.JavaLaunch;
import io.windlass.webhooks.server.StartCache;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import picocli.CommandLine.Command;

/**
 * {@code windlass start-cache}: runs a keeper and a server of its own for a moment, in a temporary
 * directory and on loopback, and has their JVMs write down what a start needs.
 */
@Command(
    name = "start-cache",
    description =
        "Makes the caches that server and keeper start faster with. To be run after an installation or upgrade, before the restart.")
final class StartCacheCommand implements Callable<Integer> {
  private static final Duration KEEPER_ANSWERS_WITHIN = Duration.ofMinutes(1);

  /** The JVM writes its cache when it ends, which takes it some seconds on an idle machine. */
  private static final Duration WRITTEN_WITHIN = Duration.ofMinutes(5);

  @Override
  public Integer call() throws Exception {
    Path into =
        StartCache.directory()
            .orElseThrow(() ->
                new IOException(
                    "Tried to make the start cache but only the launcher knows where it goes; run bin/windlass start-cache"));
    Path work = Files.createTempDirectory("windlass-start-cache-");
    try {
      train(into, work);
    } finally {
      remove(work);
    }
    for (String command : List.of("server", "keeper")) {
      if (!Files.isRegularFile(StartCache.file(into, command))) {
        throw new IOException(
            "Tried to make the start cache but the " + command + "'s JVM wrote none");
      }
    }
    return 0;
  }

  private static void train(Path into, Path work)
      throws IOException, KeeperException, InterruptedException {
    int port = freePort();
    URI address = URI.create("http://127.0.0.1:" + port);
    Path data = work.resolve("data");
    Path keeper = Files.createDirectories(data.resolve("keeper"));
    Path config =
        Files.writeString(
            work.resolve("server.yaml"),
            """
            server: { url: "%s", listen: "127.0.0.1:%d", data: "%s" }
            targets: { local: { keeper: { listen: "127.0.0.1:0", start: false } } }
            """
                .formatted(address, port, data));
    long pid =
        KeeperLauncher.start(
                keeperCommand(into, config),
                keeper,
                work.resolve("keeper.log"),
                KEEPER_ANSWERS_WITHIN)
            .pid();
    try {
      Path log = work.resolve("server.log");
      // The first start makes the database, which later ones do not do again.
      ServerProcess.start(config, log, address, List.of()).stop();
      ServerProcess.start(config, log, address, List.of(output(into, "server")))
          .stop(WRITTEN_WITHIN);
    } finally {
      end(pid);
    }
  }

  private static List<String> keeperCommand(Path into, Path config) {
    List<String> options = new ArrayList<>(KeeperLauncher.JVM_OPTIONS);
    options.add(output(into, "keeper"));
    return JavaLaunch.command(options, List.of("keeper", "--config", config.toString()));
  }

  private static String output(Path into, String command) {
    return "-XX:AOTCacheOutput=" + StartCache.file(into, command);
  }

  private static void end(long pid) throws IOException, InterruptedException {
    ProcessHandle keeper = ProcessHandle.of(pid).orElseThrow(() -> new IOException("it ended"));
    keeper.destroy();
    try {
      keeper.onExit().get(WRITTEN_WITHIN.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException | TimeoutException e) {
      keeper.destroyForcibly();
      throw new IOException("Tried to end the keeper but it goes on; it was killed", e);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void remove(Path tree) throws IOException {
    try (Stream<Path> files = Files.walk(tree)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(file);
      }
    }
  }
}
