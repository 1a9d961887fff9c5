package io.windlass.engine;

import io.windlass.engine.journal.Effect;
import io.windlass.engine.journal.EffectId;
import io.windlass.engine.journal.Machine;
import io.windlass.engine.journal.Performer;
import io.windlass.engine.journal.Subject;
import io.windlass.engine.journal.Tell;
import io.windlass.engine.journal.Timer;
import io.windlass.engine.journal.Transition;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The journal's promises without its threads and its disk: one transaction for each event, effects
 * at least once and in their lanes' order, results under the effect's name. What is left to chance
 * there (who comes first, where a crash falls) is drawn from a seed here.
 */
final class Simulation {
  private record Row(EffectId id, Subject subject, String lane, Object effect, Instant notBefore) {}

  private record Alarm(Subject subject, String name, Instant due, Object event, long number) {}

  private record Registered(
      Machine<Object, Object, Object> machine, Performer<Object, Object> performer) {}

  private final Random random;
  private final Map<String, Registered> machines = new HashMap<>();
  private final Map<Subject, Object> states = new LinkedHashMap<>();
  private final Map<Subject, Long> sequences = new HashMap<>();
  private final Set<String> heard = new HashSet<>();
  private final Map<String, ArrayDeque<Row>> lanes = new LinkedHashMap<>();
  private final Map<String, Alarm> alarms = new LinkedHashMap<>();
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");
  private long transitions;

  Simulation(Random random) {
    this.random = random;
  }

  @SuppressWarnings("unchecked")
  <S, E, F> void register(Machine<S, E, F> machine, Performer<F, E> performer) {
    machines.put(
        machine.kind(),
        new Registered(
            (Machine<Object, Object, Object>) (Machine<?, ?, ?>) machine,
            (Performer<Object, Object>) (Performer<?, ?>) performer));
  }

  /**
   * The time; it passes while somebody looks at it again and again, as it does for one who waits.
   */
  Instant look() {
    now = now.plusSeconds(10);
    return now;
  }

  Instant now() {
    return now;
  }

  long transitions() {
    return transitions;
  }

  <S> Optional<S> state(Subject subject, Class<S> type) {
    return Optional.ofNullable(states.get(subject)).map(type::cast);
  }

  /** All states of one kind, by their subjects' keys. */
  <S> Map<String, S> states(String kind, Class<S> type) {
    Map<String, S> found = new LinkedHashMap<>();
    states.forEach((subject, state) -> {
      if (subject.kind().equals(kind)) {
        found.put(subject.key(), type.cast(state));
      }
    });
    return found;
  }

  void tell(Subject subject, Object event, String key) {
    var told = new ArrayDeque<Tell>();
    told.add(new Tell(subject, event, key));
    while (!told.isEmpty()) {
      Tell next = told.poll();
      if (heard.add(next.to() + "|" + next.dedupKey())) {
        told.addAll(apply(next.to(), next.event()));
      }
    }
  }

  private List<Tell> apply(Subject subject, Object event) {
    Machine<Object, Object, Object> machine = registered(subject).machine();
    Object state = states.computeIfAbsent(subject, any -> machine.initial(subject.key()));
    Transition<Object, Object> transition = machine.on(state, event, now);
    states.put(subject, transition.state());
    transitions++;
    long sequence = sequences.merge(subject, 1L, Long::sum);
    int index = 0;
    for (Effect<Object> effect : transition.effects()) {
      var row =
          new Row(
              new EffectId("journal", subject, sequence, index++),
              subject,
              effect.lane(),
              effect.effect(),
              effect.notBefore().orElse(Instant.MIN));
      lanes.computeIfAbsent(effect.lane(), any -> new ArrayDeque<>()).add(row);
    }
    for (Timer timer : transition.timers()) {
      switch (timer) {
        case Timer.At(var name, var due, var rung) ->
            alarms.put(subject + "|" + name, new Alarm(subject, name, due, rung, transitions));
        case Timer.Cancel(var name) -> alarms.remove(subject + "|" + name);
      }
    }
    return transition.tells();
  }

  private Registered registered(Subject subject) {
    return java.util.Objects.requireNonNull(machines.get(subject.kind()), subject.kind());
  }

  /**
   * Rings a timer that is due, or performs one effect that chance picks, or lets time pass. False
   * when nothing is left.
   */
  boolean step() throws Exception {
    Optional<Alarm> next = alarms.values().stream().min(Comparator.comparing(Alarm::due));
    if (next.isPresent() && !next.get().due().isAfter(now)) {
      ring(next.get());
      return true;
    }
    List<String> ready = new ArrayList<>();
    lanes.forEach((lane, rows) -> {
      if (!rows.isEmpty() && !rows.getFirst().notBefore().isAfter(now)) {
        ready.add(lane);
      }
    });
    if (!ready.isEmpty()) {
      perform(ready.get(random.nextInt(ready.size())));
      return true;
    }
    Optional<Instant> later =
        Stream.concat(
                next.map(Alarm::due).stream(),
                lanes.values().stream()
                    .filter(rows -> !rows.isEmpty())
                    .map(rows -> rows.getFirst().notBefore()))
            .min(Comparator.naturalOrder());
    later.ifPresent(time -> now = time);
    return later.isPresent();
  }

  private void perform(String lane) throws Exception {
    Row row = java.util.Objects.requireNonNull(lanes.get(lane)).getFirst();
    Performer<Object, Object> performer = registered(row.subject()).performer();
    Optional<Object> result = performer.perform(row.id(), row.effect());
    if (random.nextInt(8) == 0) {
      // The server is killed after the deed and before its row: all that it knew is lost, and it is
      // done again later.
      now = now.plus(Duration.ofSeconds(5));
      return;
    }
    java.util.Objects.requireNonNull(lanes.get(lane)).removeFirst();
    if (random.nextInt(50) == 0) {
      result =
          performer.onGivenUp(
              row.id(), row.effect(), new java.io.IOException("the other side is gone"));
    }
    now = now.plusMillis(random.nextInt(2_000));
    String key = "effect:" + row.id();
    result.ifPresent(event -> {
      tell(row.subject(), event, key);
      tell(row.subject(), event, key);
    });
  }

  private void ring(Alarm alarm) {
    alarms.remove(alarm.subject() + "|" + alarm.name());
    now = now.isAfter(alarm.due()) ? now : alarm.due();
    tell(alarm.subject(), alarm.event(), "timer:" + alarm.name() + ":" + alarm.number());
  }
}
