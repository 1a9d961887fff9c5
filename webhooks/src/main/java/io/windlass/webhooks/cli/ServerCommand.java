package io.windlass.webhooks.cli;

import io.windlass.webhooks.server.WindlassServer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code windlass server}. */
@Command(
    name = "server",
    description =
        "Runs the server, until it is told to end by SIGTERM or Ctrl-C; replicas and traffic go on without it.")
final class ServerCommand implements Callable<Integer> {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      description =
          "The server's file (default: $WINDLASS_CONFIG, else windlass-server.yaml here, else /etc/windlass/server.yaml).")
  private @Nullable Path config;

  @Override
  public Integer call() throws Exception {
    Path file = ConfigFile.find(config).toAbsolutePath().normalize();
    ConfigFile.read(file);
    WindlassServer server = WindlassServer.start(file);
    CountDownLatch ended = new CountDownLatch(1);
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  ended.countDown();
                },
                "server-end"));
    ended.await();
    return 0;
  }
}
