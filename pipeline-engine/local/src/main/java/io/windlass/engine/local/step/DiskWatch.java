package io.windlass.engine.local.step;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after what running steps write. The disk's free space is asked once a second, which costs
 * nothing; a workspace is summed up by {@code du}, which counts blocks and not lengths, and no
 * longer than a twentieth of the time. So a step may be above its limit for some seconds.
 */
final class DiskWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DiskWatch.class);
  private static final Duration ROUND = Duration.ofSeconds(1);

  /** One look's time among so many. */
  private static final int SHARE = 20;

  private static final int SHARE_WHEN_LOW = 2;
  private static final Duration LONGEST_SUM = Duration.ofMinutes(5);

  /** A running step's sums. */
  private static final class Looks {
    private final long first;
    private long now;
    private long end;
    private long took;

    Looks(long sum) {
      this.first = sum;
      this.now = sum;
    }
  }

  private final DiskRule rule;
  private final Supplier<Collection<StepRun>> steps;
  private final Map<StepRun, Looks> looks = new HashMap<>();

  /** What was free on a disk when a step was last ended for it. */
  private final Map<FileStore, Long> ended = new HashMap<>();

  private final Thread thread;

  DiskWatch(DiskRule rule, Supplier<Collection<StepRun>> steps) {
    this.rule = rule;
    this.steps = steps;
    this.thread = Thread.ofVirtual().name("step-disk").start(this::watch);
  }

  /** Bytes that a process of no special rights can still write there. */
  static long free(Path directory) throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }

  private void watch() {
    try {
      while (true) {
        Thread.sleep(ROUND);
        round();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  private void round() throws InterruptedException {
    Map<FileStore, List<StepRun>> running = new HashMap<>();
    for (StepRun step : steps.get()) {
      for (Path place : step.places().stream().limit(1).toList()) {
        try {
          running.computeIfAbsent(Files.getFileStore(place), _ -> new ArrayList<>()).add(step);
        } catch (IOException e) {
          // Its workspace has gone, and so will it.
          LOG.atDebug()
              .addKeyValue("step", step.id())
              .setCause(e)
              .log("A step cannot be looked at");
        }
      }
    }
    looks.keySet().retainAll(running.values().stream().flatMap(List::stream).toList());
    for (Map.Entry<FileStore, List<StepRun>> disk : running.entrySet()) {
      try {
        judge(disk.getKey(), disk.getValue());
      } catch (IOException e) {
        LOG.warn("Steps' workspaces could not be summed up; it is tried again", e);
      }
    }
  }

  private void judge(FileStore disk, List<StepRun> running)
      throws IOException, InterruptedException {
    long free = disk.getUsableSpace();
    boolean low = free < rule.freeBytes();
    List<DiskRule.Use> uses = new ArrayList<>();
    for (StepRun step : running) {
      Looks seen = look(step, low ? SHARE_WHEN_LOW : SHARE);
      uses.add(new DiskRule.Use(step.id(), seen.first, seen.now));
    }
    rule.tooLarge(uses).ifPresent(e -> end(running, e));
    if (!low) {
      ended.remove(disk);
      return;
    }
    OptionalLong last =
        ended.containsKey(disk) ? OptionalLong.of(ended.get(disk)) : OptionalLong.empty();
    rule.fillsTheDisk(free, last, uses)
        .ifPresent(e -> {
          ended.put(disk, free);
          end(running, e);
        });
  }

  private static void end(List<StepRun> running, DiskRule.Excess excess) {
    LOG.atWarn().addKeyValue("step", excess.step()).log(excess.reason());
    running.stream()
        .filter(s -> s.id().equals(excess.step()))
        .forEach(s -> s.exceed(excess.reason()));
  }

  private Looks look(StepRun step, int share) throws IOException, InterruptedException {
    Looks seen = looks.get(step);
    long begun = System.nanoTime();
    if (seen != null && begun - seen.end < share * seen.took) {
      return seen;
    }
    long sum = sum(step.places());
    if (seen == null) {
      seen = new Looks(sum);
      looks.put(step, seen);
    }
    seen.now = sum;
    seen.end = System.nanoTime();
    seen.took = seen.end - begun;
    return seen;
  }

  /** Bytes that these directories have on their disk; a file with two names counts once. */
  static long sum(List<Path> places) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("/usr/bin/nice", "-n", "10", "/usr/bin/du", "-sx", "--block-size=1", "--"));
    places.forEach(p -> line.add(p.toString()));
    ProcessBuilder builder =
        new ProcessBuilder(line).redirectError(ProcessBuilder.Redirect.DISCARD);
    builder.environment().clear();
    Process process = builder.start();
    try (BufferedReader lines = process.inputReader()) {
      process.getOutputStream().close();
      // What vanishes meanwhile makes it fail, and it sums up the rest.
      if (!process.waitFor(LONGEST_SUM.toSeconds(), TimeUnit.SECONDS)) {
        throw new IOException("du took longer than " + LONGEST_SUM.toMinutes() + " minutes");
      }
      return lines.lines().mapToLong(l -> Long.parseLong(l.split("\t", 2)[0])).sum();
    } finally {
      process.destroyForcibly();
    }
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
