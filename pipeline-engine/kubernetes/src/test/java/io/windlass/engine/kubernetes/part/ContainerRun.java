package io.windlass.engine.kubernetes.part;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateTerminatedBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Probe;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One container of a pod: what it is doing, how often it was started, and how it shows in the pod's
 * status. Changed by the thread of its {@link PodRun} only.
 */
final class ContainerRun {
  private static final Duration FIRST_BACKOFF = Duration.ofSeconds(10);
  private static final Duration LONGEST_BACKOFF = Duration.ofMinutes(5);

  /** What it is doing. */
  enum Phase {
    WAITING,
    RUNNING,
    ENDED
  }

  /** Its place in the pod. */
  enum Kind {
    INIT,
    SIDECAR,
    MAIN
  }

  private final Container spec;
  private final Kind kind;
  private Phase phase = Phase.WAITING;
  private String reason;
  private String message = "";
  private String lastWords = "";
  private Instant started = Instant.EPOCH;
  private int restarts;
  private ContainerStateTerminated last;
  private ContainerStateTerminated end;
  private Duration backoff = Duration.ZERO;
  private Instant notBefore = Instant.EPOCH;
  private String id = "";
  private List<ProbeRun> probes = List.of();
  private ContainerLog log;
  private ContainerLog previous;
  private volatile Integer exit;

  ContainerRun(Container spec, Kind kind, boolean afterOthers) {
    this.spec = spec;
    this.kind = kind;
    this.reason = afterOthers ? "PodInitializing" : "ContainerCreating";
  }

  Container spec() {
    return spec;
  }

  String name() {
    return spec.getName();
  }

  Kind kind() {
    return kind;
  }

  Phase phase() {
    return phase;
  }

  Instant notBefore() {
    return notBefore;
  }

  List<ProbeRun> probes() {
    return probes;
  }

  int restarts() {
    return restarts;
  }

  /** The time between its last failure and the next try, as the kubelet would tell it. */
  Duration backoff() {
    return backoff;
  }

  /** The log of its present start, or of the one before. */
  synchronized Optional<ContainerLog> log(boolean previousOne) {
    return Optional.ofNullable(previousOne ? previous : log);
  }

  /** Whether it may be started at this time. */
  boolean due(Instant now) {
    return phase == Phase.WAITING && !now.isBefore(notBefore);
  }

  /** Could not be started; tried again later where {@code later}. */
  void wait(String why, String words) {
    reason = why;
    message = words;
  }

  /** The next try is to be later than the last was. */
  void backOff(Instant now) {
    backoff =
        backoff.isZero()
            ? FIRST_BACKOFF
            : backoff.multipliedBy(2).compareTo(LONGEST_BACKOFF) > 0
                ? LONGEST_BACKOFF
                : backoff.multipliedBy(2);
    notBefore = now.plus(Kubelet.sooner(backoff));
  }

  void retryAt(Instant at) {
    notBefore = at;
  }

  /** It runs from now on. */
  ContainerLog begin(Instant now) {
    phase = Phase.RUNNING;
    started = now.truncatedTo(ChronoUnit.SECONDS);
    id = "test://" + UUID.randomUUID();
    exit = null;
    lastWords = "";
    var asked = new ArrayList<ProbeRun>();
    add(asked, "Startup", spec.getStartupProbe());
    add(asked, "Liveness", spec.getLivenessProbe());
    add(asked, "Readiness", spec.getReadinessProbe());
    probes = List.copyOf(asked);
    synchronized (this) {
      previous = log;
      log = new ContainerLog();
      return log;
    }
  }

  private static void add(List<ProbeRun> probes, String name, Probe probe) {
    if (probe != null) {
      probes.add(new ProbeRun(name, probe));
    }
  }

  /** It has written this to its termination message. */
  void says(String words) {
    lastWords = words;
  }

  /** Its program has ended, seen by any thread. */
  void exited(int code) {
    exit = code;
  }

  /** The code that its program ended with, where it has and nobody took it in. */
  Optional<Integer> exit() {
    return phase == Phase.RUNNING ? Optional.ofNullable(exit) : Optional.empty();
  }

  /** Takes in that it has ended. */
  void end(int code, String why, Instant now) {
    end =
        new ContainerStateTerminatedBuilder()
            .withExitCode(code)
            .withReason(why)
            .withMessage(lastWords.isEmpty() ? null : lastWords)
            .withStartedAt(started.toString())
            .withFinishedAt(now.truncatedTo(ChronoUnit.SECONDS).toString())
            .withContainerID(id)
            .build();
    phase = Phase.ENDED;
    log.close();
  }

  int exitCode() {
    return end.getExitCode();
  }

  /** Is to be started again: at once the first time, later and later from then on. */
  void restart(Instant now) {
    last = end;
    restarts++;
    phase = Phase.WAITING;
    if (restarts > 1) {
      backOff(now);
    }
    reason = "CrashLoopBackOff";
  }

  private ProbeRun.Verdict verdict(String probe) {
    return probes.stream()
        .filter(run -> run.name().equals(probe))
        .map(ProbeRun::verdict)
        .findFirst()
        .orElse(ProbeRun.Verdict.PASSED);
  }

  /** Whether it has started, in the words of its startup probe. */
  boolean hasStarted() {
    return phase == Phase.RUNNING && verdict("Startup") == ProbeRun.Verdict.PASSED;
  }

  boolean ready() {
    return kind == Kind.INIT
        ? phase == Phase.ENDED && exitCode() == 0
        : hasStarted() && verdict("Readiness") == ProbeRun.Verdict.PASSED;
  }

  ContainerStatus status() {
    return new ContainerStatusBuilder()
        .withName(name())
        .withImage(spec.getImage())
        .withImageID(phase == Phase.WAITING && last == null ? "" : spec.getImage())
        .withContainerID(id.isEmpty() ? null : id)
        .withReady(ready())
        .withStarted(hasStarted())
        .withRestartCount(restarts)
        .withState(state())
        .withLastState(new ContainerStateBuilder().withTerminated(last).build())
        .build();
  }

  private ContainerState state() {
    var state = new ContainerStateBuilder();
    return switch (phase) {
      case WAITING ->
          state
              .withNewWaiting()
              .withReason(reason)
              .withMessage(message.isEmpty() ? null : message)
              .endWaiting()
              .build();
      case RUNNING -> state.withNewRunning().withStartedAt(started.toString()).endRunning().build();
      case ENDED -> state.withTerminated(end).build();
    };
  }
}
