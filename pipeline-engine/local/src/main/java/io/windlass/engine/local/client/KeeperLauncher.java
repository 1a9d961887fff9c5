package io.windlass.engine.local.client;

import io.windlass.engine.local.protocol.KeeperStatus;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Starts a keeper as a process that outlives who started it, for machines without a service
 * manager: in a session of its own, its log appended to a file.
 */
public final class KeeperLauncher {
  /**
   * What a keeper's JVM is started with: small, because it idles for years beside what it keeps,
   * and quick to start, because routes are not served meanwhile.
   */
  public static final List<String> JVM_OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-Xms16m",
          "-Xmx128m",
          "-Xss512k",
          "-XX:NewRatio=4",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=20",
          "-XX:+UnlockExperimentalVMOptions",
          "-XX:TrimNativeHeapInterval=10000",
          "-XX:ReservedCodeCacheSize=48m",
          "-XX:TieredStopAtLevel=1",
          "-Djava.awt.headless=true");

  private KeeperLauncher() {}

  /**
   * Starts {@code command}, which must end in a keeper of {@code keeperDirectory}, and returns once
   * it answers.
   *
   * @param command program and arguments
   * @param log its output is appended here
   * @param atMost to wait for its first answer
   * @throws KeeperException when it has ended, or does not answer in time; the message holds the
   *     end of its log
   */
  public static KeeperStatus start(
      List<String> command, Path keeperDirectory, Path log, Duration atMost)
      throws KeeperException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.add("/usr/bin/setsid");
    line.addAll(command);
    try {
      Process process =
          new ProcessBuilder(line)
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return awaited(process, keeperDirectory, log, atMost);
    } catch (IOException e) {
      throw new KeeperException(
          KeeperException.Kind.BROKEN,
          "Tried to start a keeper but \"" + command.getFirst() + "\" cannot be run",
          e);
    }
  }

  private static KeeperStatus awaited(
      Process process, Path keeperDirectory, Path log, Duration atMost)
      throws KeeperException, InterruptedException, IOException {
    long giveUp = System.nanoTime() + atMost.toNanos();
    try (KeeperClient client = new KeeperClient(keeperDirectory, Duration.ZERO)) {
      while (System.nanoTime() - giveUp < 0 && process.isAlive()) {
        try {
          KeeperStatus status = client.status();
          if (status.pid() == process.pid()) {
            return status;
          }
        } catch (KeeperException e) {
          // Not yet: its address file is of the keeper before, or not there.
        }
        Thread.sleep(Duration.ofMillis(20));
      }
    }
    List<String> lines = Files.exists(log) ? Files.readAllLines(log) : List.of();
    throw new KeeperException(
        KeeperException.Kind.AWAY,
        "Tried to start a keeper but it "
            + (process.isAlive() ? "does not answer" : "ended")
            + "; its log \""
            + log
            + "\" ends with: "
            + String.join("\n", lines.subList(Math.max(0, lines.size() - 10), lines.size())));
  }
}
