package io.windlass.webhooks.cli;

import io.windlass.webhooks.server.WindlassServer;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code windlass server}. */
@Command(
    name = "server",
    description =
        "Runs the server, until it is told to end by SIGTERM or Ctrl-C; replicas and traffic go on without it.")
final class ServerCommand implements Callable<Integer> {
  @Mixin private ConfigOption config;

  @Override
  public Integer call() throws Exception {
    Path file = config.file().toAbsolutePath().normalize();
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
