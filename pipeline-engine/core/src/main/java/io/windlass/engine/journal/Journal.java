package io.windlass.engine.journal;

import io.windlass.engine.journal.EffectTable.WaitingEffect;
import io.windlass.engine.journal.Messenger.Taken;
import io.windlass.engine.journal.TimerTable.SetTimer;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the machines: applies what they are told, performs their effects, fires their timers, and
 * takes all of it up again after a restart.
 *
 * <p>Register every machine, then {@link #start}. Telling is allowed as soon as the machine is
 * registered; effects and timers begin with the start. Safe for all threads. Close the journal
 * before its database.
 */
public final class Journal implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Journal.class);
  private static final int TIMERS_AT_ONCE = 32;

  private final Database database;
  private final InstantSource clock;
  private final JournalSettings settings;
  private final JournalListener listener;
  private final Codec codec;
  private final Ledger ledger;
  private final Teller teller;
  private final Messenger messenger;
  private final Alarms alarms;
  private final Attempts attempts;
  private final Lanes lanes;
  private final Forgetting forgetting;
  private final Map<String, Kind<?, ?, ?>> kinds = new ConcurrentHashMap<>();
  private final Semaphore timersAtOnce = new Semaphore(TIMERS_AT_ONCE);

  /**
   * Changed on the database's writing thread, so that each row is either found by the start or
   * published by its transaction.
   */
  private volatile boolean started;

  /** Of the database's connection, since memory was last in line with the rows. */
  private final AtomicInteger losses = new AtomicInteger();

  private volatile boolean closing;

  public Journal(Database database, InstantSource clock) {
    this(database, clock, JournalSettings.STANDARD, JournalListener.NONE);
  }

  public Journal(
      Database database, InstantSource clock, JournalSettings settings, JournalListener listener) {
    this.database = database;
    this.clock = clock;
    this.settings = settings;
    this.listener = listener;
    this.codec = new Codec(settings.maxJson());
    String name = name(database);
    this.ledger = Ledger.of(name);
    boolean anyParked = !database.read(ledger.parked()::all).isEmpty();
    this.teller =
        new Teller(
            kinds, ledger, name, clock, settings.maxTells(), anyParked, listener, this::publish);
    this.messenger = new Messenger(database, teller, settings.databaseWait());
    this.alarms = new Alarms(clock);
    var outbox = new Outbox(database, ledger, teller, messenger, clock);
    this.attempts = new Attempts(outbox, clock, alarms, listener, RandomGenerator.getDefault());
    this.lanes = new Lanes(clock, alarms, this::limit, this::begin);
    this.forgetting = new Forgetting(database);
    database.onLoss(this::lost);
  }

  /** Adds a machine with what performs its effects and keeps its tables. Before {@link #start}. */
  @SafeVarargs
  public final <S, E, F> void register(
      Machine<S, E, F> machine, Performer<F, E> performer, Projection<S>... projections) {
    codec.check(machine.stateType());
    codec.check(machine.eventType());
    codec.check(machine.effectType());
    var keepers = new ArrayList<Projection<S>>();
    for (Projection<S> projection : projections) {
      keepers.add(projection);
    }
    var kind = new Kind<>(machine, performer, List.copyOf(keepers), codec);
    if (started || kinds.putIfAbsent(machine.kind(), kind) != null) {
      throw new IllegalStateException(
          "Tried to register a machine of kind '"
              + machine.kind()
              + "' but "
              + (started ? "the journal has been started" : "there is one already"));
    }
  }

  /**
   * Tells a subject an event, and returns when that is on the disk.
   *
   * @param event of the subject's machine
   * @param dedupKey under which the subject takes this event once; not beginning with {@code
   *     effect:} or {@code timer:}
   * @throws DatabaseException when nothing could be kept
   * @throws MachineException when the machine threw; nothing was kept
   */
  public TellResult tell(Subject subject, Object event, String dedupKey) {
    Kind.Told told = teller.kind(subject).told(event);
    return database.write(tx -> teller.tell(tx, subject, told, dedupKey));
  }

  /**
   * {@link #tell(Subject, Object, String)} within a write that is under way, for what must be kept
   * together.
   */
  public TellResult tell(Tx tx, Subject subject, Object event, String dedupKey) {
    return teller.tell(tx, subject, teller.kind(subject).told(event), dedupKey);
  }

  /** Takes up everything that waits, and goes on from there. */
  public void start() {
    for (Parked parked : parked()) {
      if (kinds.containsKey(parked.subject().kind())) {
        unparkIfPossible(parked.subject());
      }
    }
    database.run(ledger.effects()::retryUnreadable);
    alarms.start();
    takeUp();
  }

  private void unparkIfPossible(Subject subject) {
    try {
      unpark(subject);
    } catch (UnreadableException | MachineException e) {
      LOG.atError()
          .addKeyValue("subject", subject)
          .addKeyValue("reason", e.getMessage())
          .log("A subject stays parked");
    }
  }

  /** Adds what is in the rows and not in memory. */
  private void takeUp() {
    messenger.untilAccepted(() ->
        database.write(tx -> {
          var news = new Teller.News(ledger.effects().waiting(tx), ledger.timers().all(tx));
          tx.afterCommit(() -> {
            started = true;
            publish(news);
          });
          return true;
        }));
  }

  /** Brings memory in line with the rows; one thread follows all losses. */
  private void lost() {
    if (started && losses.getAndIncrement() == 0) {
      Thread.ofVirtual().name("journal-take-up").start(this::takeUpAfterLosses);
    }
  }

  private void takeUpAfterLosses() {
    int seen;
    do {
      seen = losses.get();
      try {
        takeUp();
      } catch (RuntimeException e) {
        LOG.atError()
            .setCause(e)
            .log("Could not take up what waits in the rows; the next start does");
      }
    } while (!losses.compareAndSet(seen, 0));
  }

  private void publish(Teller.News news) {
    if (started && !closing) {
      news.effects().stream()
          .filter(effect -> registered(effect.id().subject()))
          .forEach(lanes::add);
      news.timers().stream().filter(timer -> registered(timer.subject())).forEach(this::set);
    }
  }

  private boolean registered(Subject subject) {
    return kinds.containsKey(subject.kind());
  }

  private int limit(Lanes.Type type) {
    return limit(
        Objects.requireNonNull(kinds.get(type.kind())),
        type); // only registered kinds are published
  }

  private <F> int limit(Kind<?, ?, F> kind, Lanes.Type type) {
    for (Class<?> member : SealedTypes.members(kind.machine().effectType())) {
      if (member.getSimpleName().equals(type.effect())) {
        return kind.performer().limit(member.asSubclass(kind.machine().effectType()));
      }
    }
    return 1; // a class of another version: the attempt will say that it cannot be read
  }

  private void begin(WaitingEffect effect) {
    attempts.begin(effect, lanes);
  }

  private void set(SetTimer timer) {
    alarms.at(
        timer.due(),
        () -> Thread.ofVirtual().name("timer " + timer.subject()).start(() -> fire(timer)));
  }

  private void fire(SetTimer timer) {
    timersAtOnce.acquireUninterruptibly();
    try {
      listener.timerFired(timer.subject().kind(), Duration.between(timer.due(), clock.instant()));
      messenger.tell(
          timer.subject(),
          timer.dedupKey(),
          tx ->
              ledger
                  .timers()
                  .take(tx, timer)
                  .map(event -> new Taken(true, Optional.of(event)))
                  .orElse(Taken.NOTHING));
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("subject", timer.subject())
          .addKeyValue("timer", timer.name())
          .setCause(e)
          .log("A timer could not be told; it is taken up at the next start");
    } finally {
      timersAtOnce.release();
    }
  }

  /** The subject's state; empty when nobody has told it anything. */
  public <S> Optional<S> state(Subject subject, Class<S> type) {
    return database
        .read(tx -> ledger.subjects().state(tx, subject))
        .map(stored ->
            type.cast(codec.read(teller.kind(subject).machine().stateType(), stored.state())));
  }

  /** The subject's timeline, oldest first, from after a sequence number (0 for all). */
  public List<TransitionRow> history(Subject subject, long after, int limit) {
    return database.read(tx -> ledger.subjects().history(tx, subject, after, limit));
  }

  /** The effects that the subject's transitions after a sequence number have asked for. */
  public List<EffectRow> effects(Subject subject, long after, int limit) {
    return database.read(tx -> ledger.effects().of(tx, subject, after, limit));
  }

  /** The subjects that cannot be moved. */
  public List<Parked> parked() {
    return database.read(ledger.parked()::all);
  }

  /**
   * Tries to move a parked subject again, with everything that it has been told meanwhile.
   *
   * @throws UnreadableException when its state still cannot be read
   * @throws MachineException when its machine still throws
   */
  public void unpark(Subject subject) {
    database.run(tx -> teller.unpark(tx, subject));
  }

  /**
   * Forgets the timelines from before a time; states stay. An event from back then would count as
   * new if it were told again.
   *
   * @return how many transitions were forgotten
   */
  public int trim(Instant before) {
    return forgetting.timelines(before);
  }

  /**
   * Forgets whole subjects of a kind that nothing has moved since and that wait for nothing: state,
   * timeline, keys. What is told to one of them afterwards begins from its initial state.
   *
   * @return how many were forgotten
   */
  public int forget(String kind, Instant before) {
    return forget(kind, before, (_, _) -> true);
  }

  /** Whether a subject that is old and idle is to go. */
  @FunctionalInterface
  public interface Going {
    /**
     * Asked in the transaction that forgets the subject, and removes there what other tables hold
     * of one that goes.
     */
    boolean goes(Tx tx, Subject subject);
  }

  /** {@link #forget(String, Instant)} of those that are not needed any more. */
  public int forget(String kind, Instant before, Going going) {
    return forgetting.subjects(kind, before, going);
  }

  /** How many effects are waiting or under way. */
  public int pendingEffects() {
    return lanes.size();
  }

  /** Makes the journal look at its clock now; for clocks that are moved by hand. */
  public void clockMoved() {
    alarms.look();
  }

  /**
   * Begins nothing any more, waits a bounded time for what is under way, and leaves the rest in its
   * rows.
   */
  @Override
  public void close() {
    closing = true;
    lanes.stop();
    alarms.close();
    attempts.close(settings.closeWait());
    messenger.close();
  }

  private static String name(Database database) {
    return database.write(tx -> {
      tx.handle()
          .execute(
              "INSERT INTO windlass_meta (name, value) VALUES ('journal', ?) ON CONFLICT (name) DO NOTHING",
              UUID.randomUUID().toString());
      return tx.handle()
          .select("SELECT value FROM windlass_meta WHERE name = 'journal'")
          .mapTo(String.class)
          .one();
    });
  }
}
