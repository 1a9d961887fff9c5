package io.windlass.webhooks.demo;

import io.windlass.webhooks.server.JavaLaunch;
import io.windlass.webhooks.server.StartCache;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/** A server as a process of its own, so that it can be killed. */
public final class ServerProcess {
  private static final List<String> OPTIONS =
      List.of(
          "-Xms24m",
          "-Xmx384m",
          "-XX:+UseSerialGC",
          "-XX:NewRatio=4",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=20",
          "-XX:+UnlockExperimentalVMOptions",
          "-XX:TrimNativeHeapInterval=10000");
  private static final Duration READY_WITHIN = Duration.ofMinutes(2);

  private final Path config;
  private final Path log;
  private final URI address;
  private Process process;

  private ServerProcess(Path config, Path log, URI address, Process process) {
    this.config = config;
    this.log = log;
    this.address = address;
    this.process = process;
  }

  /** Starts a server and waits until it is ready. */
  public static ServerProcess start(Path config, Path log, URI address)
      throws IOException, InterruptedException {
    return start(config, log, address, StartCache.options("server"));
  }

  /**
   * Starts a server and waits until it is ready.
   *
   * @param more options for its JVM, this time only
   */
  public static ServerProcess start(Path config, Path log, URI address, List<String> more)
      throws IOException, InterruptedException {
    ServerProcess server = new ServerProcess(config, log, address, launch(config, log, more));
    server.awaitReady();
    return server;
  }

  /** Kills it as {@code kill -9} does: no hook runs, nothing is flushed. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** Starts it again on the same data. */
  public void startAgain() throws IOException, InterruptedException {
    launchAgain();
    awaitReady();
  }

  /** Starts it again on the same data and does not wait for it. */
  public void launchAgain() throws IOException {
    process = launch(config, log, StartCache.options("server"));
  }

  /** Asks it to end, and kills it where it does not. */
  public void stop() throws InterruptedException {
    stop(Duration.ofSeconds(20));
  }

  /** Asks it to end, and kills it where it does not within {@code patience}. */
  public void stop(Duration patience) throws InterruptedException {
    process.destroy();
    if (!process.waitFor(patience)) {
      kill();
    }
  }

  private static Process launch(Path config, Path log, List<String> more) throws IOException {
    List<String> options = Stream.concat(OPTIONS.stream(), more.stream()).toList();
    List<String> command =
        JavaLaunch.command(options, List.of("server", "--config", config.toString()));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
        .start();
  }

  /** Waits until it answers that it is ready. */
  public void awaitReady() throws IOException, InterruptedException {
    HttpRequest probe =
        HttpRequest.newBuilder(address.resolve("/readyz")).timeout(Duration.ofSeconds(5)).build();
    long deadline = System.nanoTime() + READY_WITHIN.toNanos();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (System.nanoTime() < deadline) {
        if (!process.isAlive()) {
          throw new IOException(
              "Tried to start the server but it ended with status "
                  + process.exitValue()
                  + "; it said: "
                  + lastWords());
        }
        try {
          if (http.send(probe, BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException e) {
          // Not listening yet.
        }
        Thread.sleep(20);
      }
    }
    throw new IOException(
        "Tried to start the server but it was not ready within "
            + READY_WITHIN.toSeconds()
            + " s; it said: "
            + lastWords());
  }

  private String lastWords() throws IOException {
    List<String> lines = Files.readAllLines(log);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 20), lines.size()));
  }
}
