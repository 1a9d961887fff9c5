package io.windlass.engine.journal;

import io.windlass.engine.journal.EffectTable.WaitingEffect;
import io.windlass.engine.journal.Kind.Told;
import io.windlass.engine.journal.TimerTable.SetTimer;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies events to subjects, and everything that follows from them inside the database, in the
 * transaction that it is given.
 */
final class Teller {
  private static final Logger LOG = LoggerFactory.getLogger(Teller.class);

  /** What a committed transaction leaves to be done. */
  record News(List<WaitingEffect> effects, List<SetTimer> timers) {}

  private final Map<String, Kind<?, ?, ?>> kinds;
  private final Ledger ledger;
  private final String journal;
  private final InstantSource clock;
  private final int maxTells;
  private final JournalListener listener;
  private final Consumer<News> publish;

  /** Spares a query for each event as long as nobody is parked, which is nearly always. */
  private volatile boolean anyParked;

  Teller(
      Map<String, Kind<?, ?, ?>> kinds,
      Ledger ledger,
      String journal,
      InstantSource clock,
      int maxTells,
      boolean anyParked,
      JournalListener listener,
      Consumer<News> publish) {
    this.kinds = kinds;
    this.ledger = ledger;
    this.journal = journal;
    this.clock = clock;
    this.maxTells = maxTells;
    this.anyParked = anyParked;
    this.listener = listener;
    this.publish = publish;
  }

  /** What one told event has led to so far. */
  private static final class Batch {
    private final List<WaitingEffect> effects = new ArrayList<>();
    private final List<SetTimer> timers = new ArrayList<>();
    private final Deque<Tell> tells = new ArrayDeque<>();
  }

  Kind<?, ?, ?> kind(Subject subject) {
    return Optional.<Kind<?, ?, ?>>ofNullable(kinds.get(subject.kind()))
        .orElseThrow(() ->
            new IllegalArgumentException(
                "Tried to tell '"
                    + subject
                    + "' something but no machine of that kind is registered; there are "
                    + kinds.keySet()));
  }

  /**
   * An event from somebody who waits for the answer: if the machine throws, so does this, and
   * nothing is kept.
   */
  TellResult tell(Tx tx, Subject subject, Told told, String dedupKey) {
    var batch = new Batch();
    TellResult result;
    try {
      result = apply(tx, subject, told, dedupKey, batch);
    } catch (UnreadableException e) {
      result = park(tx, subject, told.json(), dedupKey, e);
    }
    return finished(tx, subject, result, batch);
  }

  /** An event that nobody waits for: whatever goes wrong in the machine, the event is kept. */
  TellResult tellUnheard(Tx tx, Subject subject, String event, String dedupKey) {
    var batch = new Batch();
    TellResult result;
    try {
      result = apply(tx, subject, kind(subject).stored(event), dedupKey, batch);
    } catch (UnreadableException | MachineException e) {
      result = park(tx, subject, event, dedupKey, e);
    }
    return finished(tx, subject, result, batch);
  }

  /** Tries again with a parked subject; throws when it must stay so. */
  void unpark(Tx tx, Subject subject) {
    var batch = new Batch();
    ledger.parked().unpark(tx, subject);
    ledger.subjects().state(tx, subject).ifPresent(stored -> kind(subject).check(stored.state()));
    for (ParkedTable.Mail mail : ledger.parked().takeMail(tx, subject)) {
      apply(tx, subject, kind(subject).stored(mail.event()), mail.dedupKey(), batch);
    }
    finished(tx, subject, TellResult.APPLIED, batch);
  }

  /** Parks a subject without an event to keep. */
  void park(Tx tx, Subject subject, String reason) {
    anyParked = true;
    ledger.parked().park(tx, subject, reason, clock.instant());
    tx.afterCommit(() -> {
      LOG.atError()
          .addKeyValue("subject", subject)
          .addKeyValue("reason", reason)
          .log("Parked a subject");
      listener.parked(subject, reason);
    });
  }

  TellResult park(Tx tx, Subject subject, String event, String dedupKey, RuntimeException reason) {
    park(tx, subject, String.valueOf(reason.getMessage()));
    return keep(tx, subject, event, dedupKey);
  }

  private TellResult keep(Tx tx, Subject subject, String event, String dedupKey) {
    boolean kept = ledger.parked().keep(tx, subject, event, dedupKey, clock.instant());
    return kept ? TellResult.PARKED : TellResult.DUPLICATE;
  }

  private TellResult finished(Tx tx, Subject subject, TellResult result, Batch batch) {
    int told = 0;
    for (Tell tell = batch.tells.poll(); tell != null; tell = batch.tells.poll()) {
      if (++told > maxTells) {
        throw new MachineException(
            "Tried to tell '"
                + subject
                + "' an event but it led to more than "
                + maxTells
                + " others; machines that tell each other in a circle never end");
      }
      tellFurther(tx, subject, tell, batch);
    }
    tx.afterCommit(() -> {
      listener.told(subject.kind(), result);
      publish.accept(new News(batch.effects, batch.timers));
    });
    return result;
  }

  private void tellFurther(Tx tx, Subject from, Tell tell, Batch batch) {
    Told told;
    try {
      told = kind(tell.to()).told(tell.event());
    } catch (IllegalArgumentException e) {
      throw new MachineException(
          "Tried to pass on an event from '" + from + "' but: " + e.getMessage(), e);
    }
    try {
      apply(tx, tell.to(), told, tell.dedupKey(), batch);
    } catch (UnreadableException | MachineException e) {
      park(tx, tell.to(), told.json(), tell.dedupKey(), e);
    }
  }

  /**
   * Throws {@link UnreadableException} or {@link MachineException} before it has written anything.
   */
  private TellResult apply(Tx tx, Subject subject, Told told, String dedupKey, Batch batch) {
    Optional<SubjectTable.StoredState> before = ledger.subjects().state(tx, subject);
    // Most subjects are new, as deliveries are, and a subject without a state has heard nothing.
    if (before.isPresent() && ledger.subjects().heard(tx, subject, dedupKey)) {
      return TellResult.DUPLICATE;
    }
    if (anyParked && ledger.parked().holds(tx, subject)) {
      return keep(tx, subject, told.json(), dedupKey);
    }
    Instant now = clock.instant();
    Kind.Step step =
        kind(subject).step(subject, before.map(SubjectTable.StoredState::state), told, now);
    long sequence = before.map(SubjectTable.StoredState::sequence).orElse(0L) + 1;
    ledger.subjects().write(tx, subject, sequence, told, step, dedupKey, now);
    for (int i = 0; i < step.effects().size(); i++) {
      var id = new EffectId(journal, subject, sequence, i);
      batch.effects.add(ledger.effects().add(tx, id, step.effects().get(i), now));
    }
    step.timers().forEach(timer -> set(tx, subject, sequence, timer, batch));
    step.projecting().project(tx);
    batch.tells.addAll(step.tells());
    return TellResult.APPLIED;
  }

  private void set(Tx tx, Subject subject, long sequence, Kind.StoredTimer timer, Batch batch) {
    timer
        .alarm()
        .ifPresentOrElse(
            alarm -> {
              var set = new SetTimer(subject, timer.name(), sequence, alarm.due());
              ledger.timers().set(tx, set, alarm.event());
              batch.timers.add(set);
            },
            () -> ledger.timers().cancel(tx, subject, timer.name()));
  }
}
