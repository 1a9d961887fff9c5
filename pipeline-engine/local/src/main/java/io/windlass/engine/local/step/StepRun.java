package io.windlass.engine.local.step;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.local.process.Family;
import io.windlass.engine.local.process.Launch;
import io.windlass.engine.local.process.Launched;
import io.windlass.engine.local.protocol.StepStart;
import io.windlass.engine.local.protocol.StepStatus;
import io.windlass.engine.local.protocol.StepStatus.State;
import io.windlass.engine.local.sandbox.Trees;
import io.windlass.engine.local.sandbox.View;
import io.windlass.engine.log.LogLimits;
import io.windlass.engine.log.LogWriter;
import io.windlass.engine.secret.Masker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One step, from its start to its end. */
final class StepRun {
  static final String LOG = "out.log";
  private static final Logger LOGGER = LoggerFactory.getLogger(StepRun.class);
  private static final int TAIL_BYTES = 64 << 10;
  private static final int LINE_BYTES = 16 << 10;

  /** Steps are what the kernel ends first when memory is short. */
  private static final int OOM_SCORE = 500;

  /** For the rest of the output after the last process that could write it. */
  private static final Duration DRY = Duration.ofSeconds(5);

  private static final Duration AGAIN = Duration.ofMillis(100);

  /** Why it is being stopped, where it is. */
  private record Stop(State state, String reason) {}

  private final Optional<StepStart> start;
  private final String mark;
  private final Path directory;
  private final Optional<Ground> ground;
  private final long memoryUnsaid;
  private final InstantSource clock;
  private final CompletableFuture<StepStatus> end = new CompletableFuture<>();
  private final AtomicReference<Optional<Stop>> stop = new AtomicReference<>(Optional.empty());
  private final CountDownLatch over = new CountDownLatch(1);
  private volatile List<Path> places = List.of();
  private volatile StepStatus status;
  private Thread reader = Thread.ofVirtual().unstarted(() -> {});

  StepRun(
      StepStart start,
      String mark,
      Path directory,
      Ground ground,
      StepSettings settings,
      InstantSource clock) {
    this.start = Optional.of(start);
    this.mark = mark;
    this.directory = directory;
    this.ground = Optional.of(ground);
    this.memoryUnsaid = settings.memoryBytes();
    this.clock = clock;
    this.status =
        new StepStatus(
            start.id(),
            State.RUNNING,
            Optional.empty(),
            Optional.empty(),
            Optional.of(clock.instant()),
            Optional.empty());
  }

  private StepRun(StepStatus ended) {
    this.start = Optional.empty();
    this.mark = "";
    this.directory = Path.of("");
    this.ground = Optional.empty();
    this.memoryUnsaid = 0;
    this.clock = InstantSource.system();
    this.status = ended;
    end.complete(ended);
  }

  /** One of which only the end is known. */
  static StepRun ended(StepStatus status) {
    return new StepRun(status);
  }

  StepStatus status() {
    return status;
  }

  CompletableFuture<StepStatus> end() {
    return end;
  }

  /** Remembers on disk that it begins, then runs it on a thread of its own. */
  void begin() throws IOException {
    new StepFile(directory).write(status);
    Thread.ofVirtual().name("step-" + status.id()).start(this::run);
  }

  void refuse(String reason) throws IOException {
    finish(State.REFUSED, Optional.empty(), Optional.of(reason));
    end.complete(status);
  }

  void cancel() {
    stop(State.CANCELLED, "Cancelled");
  }

  /** It has more of something than it may. */
  void exceed(String reason) {
    stop(State.OVER_LIMIT, reason);
  }

  String id() {
    return status.id();
  }

  /** Where it writes while it runs; empty before and after, and once it is being stopped. */
  List<Path> places() {
    return stop.get().isPresent() ? List.of() : places;
  }

  /** The keeper goes away, and a step cannot go on without it. */
  void lose() {
    stop(State.LOST, "The keeper was stopped while the step ran; it was ended");
  }

  private void stop(State state, String reason) {
    if (stop.compareAndSet(Optional.empty(), Optional.of(new Stop(state, reason)))) {
      over.countDown();
    }
  }

  private void run() {
    StepStart step = start.orElseThrow();
    Ground place = ground.orElseThrow();
    try {
      Ground.Place at = place.enter(step, mark, directory);
      try {
        places = List.of(at.workspace(), directory.resolve("tmp"));
        conclude(place, at, run(step, place, at));
      } finally {
        places = List.of();
        place.leave(at, mark);
        place.prepare();
        Trees.remove(directory.resolve("tmp"));
      }
    } catch (IOException | ImageException | RuntimeException e) {
      LOGGER.atWarn().addKeyValue("step", step.id()).setCause(e).log("A step could not be run");
      finishSafely(State.REFUSED, Optional.of(String.valueOf(e.getMessage())));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      // Only now: who waits for the end may look for what is left of it.
      if (status.state().ended()) {
        end.complete(status);
      }
    }
  }

  private Optional<Integer> run(StepStart step, Ground place, Ground.Place at)
      throws IOException, ImageException, InterruptedException {
    View.Command command = place.command(step, mark, directory, at);
    place.limit(step, at, memoryUnsaid);
    Path exitFile = directory.resolve("exit");
    try (LogWriter log = log(step, place)) {
      Launch launch =
          new Launch(
              mark,
              exitFile,
              Optional.empty(),
              List.of(),
              OOM_SCORE,
              command.command(),
              command.input(),
              command.directory());
      Launched launched = at.berth().wrapper().launch(launch, directory.resolve("start"));
      place.prepareSoon();
      follow(step, launched, log);
      end(step, new Family(launched.id(), mark, command.sandboxed()));
    }
    return Launched.exitCode(exitFile);
  }

  /** Returns when the program has ended or is to be stopped. */
  private void follow(StepStart step, Launched launched, LogWriter log)
      throws InterruptedException {
    launched.ended().thenRun(over::countDown);
    reader =
        Thread.ofVirtual()
            .name("step-log-" + step.id())
            .start(() -> read(launched.output(), log, step.logBytes()));
    if (!over.await(step.timeout().toMillis(), TimeUnit.MILLISECONDS)) {
      stop(
          State.TIMED_OUT,
          "Tried to run the step but it took longer than "
              + step.timeout().toSeconds()
              + " s; raise its timeout");
    }
  }

  /** Whatever the program left behind ends with it; then its output ends too. */
  private void end(StepStart step, Family family) throws InterruptedException {
    boolean clean = family.kill();
    // Whatever still holds its output was overlooked: between fork and exec a process has no mark.
    long giveUp = System.nanoTime() + DRY.toNanos();
    while (!reader.join(AGAIN) && System.nanoTime() - giveUp < 0) {
      clean = family.kill();
    }
    if (reader.isAlive() || !clean) {
      LOGGER.atWarn().addKeyValue("step", step.id()).log("Something of a step cannot be ended");
      reader.interrupt();
    }
  }

  private void conclude(Ground place, Ground.Place at, Optional<Integer> code) throws IOException {
    Optional<Stop> stopped = stop.get();
    if (stopped.isPresent()) {
      finish(stopped.get().state(), Optional.empty(), Optional.of(stopped.get().reason()));
    } else if (place.outOfMemory(at) && !code.equals(Optional.of(0))) {
      finish(
          State.OVER_LIMIT,
          Optional.empty(),
          Optional.of("The step used more memory than its limit and was ended"));
    } else if (code.isPresent()) {
      finish(State.EXITED, code, Optional.empty());
    } else {
      finish(
          State.LOST,
          Optional.empty(),
          Optional.of("Its outermost process was killed by somebody else"));
    }
  }

  private LogWriter log(StepStart step, Ground place) throws IOException {
    Path file = step.logFile().map(Path::of).orElse(directory.resolve(LOG));
    LogWriter writer =
        LogWriter.open(
            file,
            Masker.of(place.secrets(step)),
            new LogLimits(step.logBytes(), TAIL_BYTES, LINE_BYTES));
    // A server that is not root must be able to read what we write for it.
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null && Trees.owner(file) != Trees.owner(parent)) {
      Files.setAttribute(file, "unix:uid", Trees.owner(parent), LinkOption.NOFOLLOW_LINKS);
    }
    return writer;
  }

  private void read(InputStream output, LogWriter log, long most) {
    byte[] buffer = new byte[16 << 10];
    try (OutputStream masked = log.output()) {
      for (int n = output.read(buffer); n >= 0; n = output.read(buffer)) {
        masked.write(buffer, 0, n);
        if (output.available() == 0) {
          masked.flush();
        }
        if (log.bytes() > most) {
          stop(
              State.OVER_LIMIT,
              "The step wrote more than " + most + " bytes of output and was ended");
        }
      }
    } catch (IOException e) {
      if (stop.get().isEmpty() && over.getCount() > 0) {
        LOGGER.atWarn().addKeyValue("step", status.id()).setCause(e).log("A log cannot be written");
        stop(State.OVER_LIMIT, "Its log cannot be written: " + e.getMessage());
      }
    }
  }

  private void finish(State state, Optional<Integer> code, Optional<String> reason)
      throws IOException {
    Optional<Instant> started = state == State.REFUSED ? Optional.empty() : status.started();
    StepStatus ended =
        new StepStatus(status.id(), state, code, reason, started, Optional.of(clock.instant()));
    new StepFile(directory).write(ended);
    status = ended;
  }

  private void finishSafely(State state, Optional<String> reason) {
    try {
      finish(state, Optional.empty(), reason);
    } catch (IOException e) {
      LOGGER
          .atError()
          .addKeyValue("step", status.id())
          .setCause(e)
          .log("A step's end is not on disk");
      status =
          new StepStatus(
              status.id(), state, Optional.empty(), reason, Optional.empty(), Optional.empty());
    }
  }
}
