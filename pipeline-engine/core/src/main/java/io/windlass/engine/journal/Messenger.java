package io.windlass.engine.journal;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what the journal itself has to say (results and timers) into the database: through times
 * in which the database refuses, and past machines and projections that throw.
 */
final class Messenger {
  private static final Logger LOG = LoggerFactory.getLogger(Messenger.class);

  /** Takes a row away in a transaction, so that what it stands for happens once. */
  @FunctionalInterface
  interface Claim {
    /**
     * The event that the row leads to, as stored; {@link Taken#NOTHING} when somebody was here
     * before.
     */
    Taken take(Tx tx);
  }

  record Taken(boolean ours, Optional<String> event) {
    static final Taken NOTHING = new Taken(false, Optional.empty());
  }

  private final Database database;
  private final Teller teller;
  private final Duration wait;
  private final CountDownLatch closing = new CountDownLatch(1);

  Messenger(Database database, Teller teller, Duration wait) {
    this.database = database;
    this.teller = teller;
    this.wait = wait;
  }

  /**
   * Takes a row and tells its subject the event; afterwards that is on the disk, unless the
   * database was closed.
   */
  void tell(Subject subject, String dedupKey, Claim claim) {
    untilAccepted(() -> {
      try {
        return database.write(tx -> {
          Taken taken = claim.take(tx);
          taken.event().ifPresent(event -> teller.tellUnheard(tx, subject, event, dedupKey));
          return taken;
        });
      } catch (RuntimeException e) {
        if (passes(e)) {
          throw e;
        }
        return parked(subject, dedupKey, claim, e);
      }
    });
  }

  private Taken parked(Subject subject, String dedupKey, Claim claim, RuntimeException error) {
    LOG.atError()
        .addKeyValue("subject", subject)
        .setCause(error)
        .log("An event could not be applied");
    return database.write(tx -> {
      Taken taken = claim.take(tx);
      taken.event().ifPresent(event -> teller.park(tx, subject, event, dedupKey, error));
      return taken;
    });
  }

  /**
   * Repeats a piece of database work while the database refuses for reasons that pass; empty when
   * the journal closes meanwhile.
   */
  <T> Optional<T> untilAccepted(Supplier<T> work) {
    while (true) {
      try {
        return Optional.of(work.get());
      } catch (DatabaseException.Closed _) {
        return Optional.empty();
      } catch (DatabaseException e) {
        if (!passes(e)) {
          throw e;
        }
        LOG.atWarn().addKeyValue("error", e.getMessage()).log("The database refused; trying again");
        if (isClosingWithin(wait)) {
          return Optional.empty();
        }
      }
    }
  }

  private static boolean passes(RuntimeException e) {
    return e instanceof DatabaseException database
        && switch (database) {
          case DatabaseException.Busy _,
              DatabaseException.Full _,
              DatabaseException.ReadOnly _,
              DatabaseException.Doubtful _,
              DatabaseException.Unavailable _,
              DatabaseException.Closed _,
              DatabaseException.Corrupt _,
              DatabaseException.InUse _ ->
              true;
          case DatabaseException.Failed _, DatabaseException.Unmigrated _ -> false;
        };
  }

  private boolean isClosingWithin(Duration time) {
    try {
      return closing.await(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException _) {
      return closing.getCount() == 0;
    }
  }

  /** Waits for nothing any more. */
  void close() {
    closing.countDown();
  }
}
