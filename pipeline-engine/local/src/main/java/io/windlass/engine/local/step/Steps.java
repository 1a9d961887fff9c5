package io.windlass.engine.local.step;

import io.windlass.engine.local.process.Family;
import io.windlass.engine.local.process.ProcessTable;
import io.windlass.engine.local.protocol.StepStart;
import io.windlass.engine.local.protocol.StepStatus;
import io.windlass.engine.local.protocol.StepStatus.State;
import io.windlass.engine.local.replica.ReplicaLog;
import io.windlass.engine.local.sandbox.Trees;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** All steps that this keeper knows, running and ended. Thread-safe. */
public final class Steps {
  private static final Logger LOG = LoggerFactory.getLogger(Steps.class);
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,199}");

  private final StepSettings settings;
  private final Ground ground;
  private final InstantSource clock;
  private final Map<String, StepRun> known = new ConcurrentHashMap<>();
  private final DiskRule disk;
  private final DiskWatch watch;

  private Steps(StepSettings settings, Ground ground, InstantSource clock) {
    this.settings = settings;
    this.ground = ground;
    this.clock = clock;
    this.disk = new DiskRule(settings.workspaceBytes(), settings.freeBytes());
    this.watch = new DiskWatch(disk, known::values);
  }

  /**
   * Takes up what a keeper before this one has left: how steps ended, and those that it lost, which
   * are ended now.
   */
  public static Steps open(StepSettings settings, Ground ground, InstantSource clock)
      throws IOException, InterruptedException {
    Trees.passable(settings.directory());
    Steps steps = new Steps(settings, ground, clock);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(settings.directory())) {
      for (Path entry : entries) {
        steps.takeUp(entry);
      }
    }
    return steps;
  }

  private void takeUp(Path directory) throws IOException, InterruptedException {
    String id = directory.getFileName().toString();
    Optional<StepStatus> status = new StepFile(directory).read();
    if (status.isEmpty()) {
      Trees.remove(directory);
      return;
    }
    StepStatus last = status.get();
    if (!last.state().ended()) {
      String mark = mark(id);
      // Its outermost process carries the mark in its arguments, whatever it has started since.
      for (var leader : ProcessTable.read().marked(mark + "\0")) {
        new Family(leader.id(), mark, false).kill();
      }
      last =
          new StepStatus(
              id,
              State.LOST,
              Optional.empty(),
              Optional.of("The keeper was stopped while the step ran; it was ended"),
              last.started(),
              Optional.of(clock.instant()));
      new StepFile(directory).write(last);
      Trees.remove(directory.resolve("tmp"));
      LOG.atWarn()
          .addKeyValue("step", id)
          .log("A step was lost when the keeper before was stopped");
    }
    known.put(id, StepRun.ended(last));
  }

  private String mark(String id) {
    return settings.keeper() + "-step-" + id;
  }

  /** Starts a step, or answers for the one that is known under this id. */
  public StepStatus start(StepStart start) throws IOException {
    checkId(start.id());
    StepRun fresh =
        new StepRun(start, mark(start.id()), directory(start.id()), ground, settings, clock);
    StepRun there = known.putIfAbsent(start.id(), fresh);
    if (there != null) {
      return there.status();
    }
    try {
      long running = known.values().stream().filter(s -> !s.status().state().ended()).count();
      if (running > settings.most()) {
        fresh.refuse(
            "Tried to start a step but "
                + settings.most()
                + " run already; wait for one of them to end");
        return fresh.status();
      }
      Optional<String> tooMuch = settings.refusal(start.resources());
      if (tooMuch.isPresent()) {
        fresh.refuse(tooMuch.get());
        return fresh.status();
      }
      Optional<String> full = disk.refusal(free(start));
      if (full.isPresent()) {
        LOG.atWarn().addKeyValue("step", start.id()).log(full.get());
        fresh.refuse(full.get());
      } else {
        fresh.begin();
      }
    } catch (IOException e) {
      // Nothing runs, and nobody would ever hear of its end: who asks again starts it.
      known.remove(start.id(), fresh);
      throw e;
    }
    return fresh.status();
  }

  /** On the disk that it will write to. */
  private long free(StepStart start) throws IOException {
    Path workspace = Path.of(start.workspace());
    boolean there = start.release().isEmpty() && Files.isDirectory(workspace);
    return DiskWatch.free(there ? workspace : settings.directory());
  }

  /** Waits until it has ended, at most so long; empty where the id is not known. */
  public Optional<StepStatus> watch(String id, Duration wait) throws InterruptedException {
    StepRun run = known.get(id);
    if (run == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(run.end().get(wait.toMillis(), TimeUnit.MILLISECONDS));
    } catch (TimeoutException e) {
      return Optional.of(run.status());
    } catch (ExecutionException e) {
      throw new IllegalStateException("Tried to wait for step \"" + id + "\" but it broke", e);
    }
  }

  /** Returns when nothing of it runs any more. An id that is not known is remembered. */
  public void cancel(String id) throws IOException, InterruptedException {
    checkId(id);
    StepStatus never =
        new StepStatus(
            id,
            State.CANCELLED,
            Optional.empty(),
            Optional.of("Cancelled before it began"),
            Optional.empty(),
            Optional.empty());
    StepRun there = known.putIfAbsent(id, StepRun.ended(never));
    if (there == null) {
      new StepFile(directory(id)).write(never);
    } else {
      there.cancel();
      watch(id, Duration.ofSeconds(20));
    }
  }

  /** Forgets a step that has ended. */
  public void acknowledge(String id) throws IOException {
    StepRun run = known.get(id);
    if (run != null && run.status().state().ended()) {
      known.remove(id, run);
      Trees.remove(directory(id));
    }
  }

  /**
   * Forgets steps that ended before this and that nobody has acknowledged, as a release's command,
   * which must be found again for as long as its rollout may be taken up.
   */
  public void forgetEndedBefore(Instant moment) throws IOException {
    for (StepRun run : List.copyOf(known.values())) {
      if (run.status().ended().filter(e -> e.isBefore(moment)).isPresent()) {
        acknowledge(run.status().id());
      }
    }
  }

  /** Ends all steps that run. */
  public void cancelAll() throws IOException, InterruptedException {
    for (String id : List.copyOf(known.keySet())) {
      cancel(id);
    }
  }

  /** Ends all steps that run, as lost: the keeper goes away. */
  public void close() throws InterruptedException {
    watch.close();
    known.values().forEach(StepRun::lose);
    for (String id : List.copyOf(known.keySet())) {
      watch(id, Duration.ofSeconds(10));
    }
  }

  /** The last lines of a step whose log the keeper keeps. */
  public List<String> log(String id, int lines) throws IOException {
    checkId(id);
    return ReplicaLog.tail(directory(id).resolve(StepRun.LOG), lines);
  }

  private Path directory(String id) {
    return settings.directory().resolve(id);
  }

  private static void checkId(String id) {
    if (!ID.matcher(id).matches()) {
      throw new IllegalArgumentException(
          "Tried to name a step \""
              + id
              + "\" but that is no name; use letters, digits, \"-\", \"_\" and \".\", 200 at most");
    }
  }
}
