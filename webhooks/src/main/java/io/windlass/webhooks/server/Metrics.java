package io.windlass.webhooks.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.windlass.engine.journal.Journal;
import io.windlass.engine.journal.JournalListener;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.TellResult;
import io.windlass.scaler.control.LoggedDecision;
import io.windlass.scaler.control.ScalerLoop;
import java.time.Duration;
import java.util.Locale;

/**
 * What the server counts of itself, for {@code /metrics}. Labels are of bounded number: kinds and
 * outcomes, never names from repositories.
 */
final class Metrics implements JournalListener {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

  Metrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    @SuppressWarnings("resource") // lives as long as the process
    JvmGcMetrics gc = new JvmGcMetrics();
    gc.bindTo(registry);
  }

  /** Watches what is there once the parts are wired. */
  void watch(Journal journal, ScalerLoop loop) {
    Gauge.builder("windlass.queue.effects", journal, Journal::pendingEffects)
        .description("Effects that wait or are under way")
        .register(registry);
    Gauge.builder("windlass.journal.parked", journal, j -> j.parked().size())
        .description("Subjects that this version cannot move")
        .register(registry);
    Gauge.builder("windlass.scaler.fleets", loop, l -> l.bound().size())
        .description("Fleets under the loop")
        .register(registry);
    Gauge.builder("windlass.scaler.ticks", loop, l -> l.stats().ticks())
        .description("Ticks since the start")
        .register(registry);
    Gauge.builder("windlass.scaler.failures", loop, l -> l.stats().failures())
        .description("Evaluations that went wrong since the start")
        .register(registry);
  }

  /** The page, in Prometheus's text format. */
  String scrape() {
    return registry.scrape();
  }

  void delivery(String answer) {
    registry.counter("windlass.deliveries", "answer", answer).increment();
  }

  void decided(LoggedDecision row) {
    registry
        .counter("windlass.decisions", "outcome", row.outcome().name().toLowerCase(Locale.ROOT))
        .increment();
  }

  @Override
  public void committed(int writes, int waiting, Duration took) {
    Timer.builder("windlass.database.commit")
        .description("Time of a synced group of writes")
        .register(registry)
        .record(took);
    registry.counter("windlass.database.writes").increment(writes);
  }

  @Override
  public void refused() {
    registry.counter("windlass.database.refused").increment();
  }

  @Override
  public void told(String kind, TellResult result) {
    registry
        .counter("windlass.events", "kind", kind, "result", result.name().toLowerCase(Locale.ROOT))
        .increment();
  }

  @Override
  public void attempted(String kind, String effect, Attempt outcome, Duration took) {
    Timer.builder("windlass.effects")
        .description("Attempts at effects: clones, steps, builds, rollouts, statuses")
        .tags("kind", kind, "effect", effect, "outcome", outcome.name().toLowerCase(Locale.ROOT))
        .register(registry)
        .record(took);
  }

  @Override
  public void timerFired(String kind, Duration late) {
    Timer.builder("windlass.timers.late")
        .tags("kind", kind)
        .register(registry)
        .record(late.isNegative() ? Duration.ZERO : late);
  }

  @Override
  public void parked(Subject subject, String reason) {
    registry.counter("windlass.journal.parkings", "kind", subject.kind()).increment();
  }
}
