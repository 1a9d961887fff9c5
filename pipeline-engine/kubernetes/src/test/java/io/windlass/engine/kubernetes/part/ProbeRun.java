package io.windlass.engine.kubernetes.part;

import io.fabric8.kubernetes.api.model.Probe;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;

/** One probe of one start of a container: when it is due, and what its answers add up to. */
final class ProbeRun {
  /** What the last answers add up to. */
  enum Verdict {
    UNKNOWN,
    PASSED,
    FAILED
  }

  private final String name;
  private final Probe probe;
  private Instant due = Instant.EPOCH;
  private int passed;
  private int failed;
  private Verdict verdict = Verdict.UNKNOWN;

  ProbeRun(String name, Probe probe) {
    this.name = name;
    this.probe = probe;
  }

  /** {@code Readiness}, as in the words of the kubelet's events. */
  String name() {
    return name;
  }

  Probe probe() {
    return probe;
  }

  Instant due() {
    return due;
  }

  /** Asks at once, because the answer may have changed. */
  void hurry() {
    due = Instant.EPOCH;
  }

  Verdict verdict() {
    return verdict;
  }

  /** Takes an answer in. */
  void answered(boolean good, Instant now) {
    Duration period = Duration.ofSeconds(Objects.requireNonNullElse(probe.getPeriodSeconds(), 10));
    due = now.plus(Kubelet.sooner(period));
    passed = good ? passed + 1 : 0;
    failed = good ? 0 : failed + 1;
    if (passed >= Objects.requireNonNullElse(probe.getSuccessThreshold(), 1)) {
      verdict = Verdict.PASSED;
    } else if (failed >= Objects.requireNonNullElse(probe.getFailureThreshold(), 3)) {
      verdict = Verdict.FAILED;
    }
  }
}
