package io.windlass.engine.journal;

import io.windlass.engine.journal.EffectTable.WaitingEffect;
import io.windlass.engine.journal.Messenger.Taken;
import java.time.InstantSource;
import java.util.Optional;

/** The rows of effects, seen from the attempts that perform them. */
final class Outbox {
  private final Database database;
  private final Ledger ledger;
  private final Teller teller;
  private final Messenger messenger;
  private final InstantSource clock;

  Outbox(
      Database database, Ledger ledger, Teller teller, Messenger messenger, InstantSource clock) {
    this.database = database;
    this.ledger = ledger;
    this.teller = teller;
    this.messenger = messenger;
    this.clock = clock;
  }

  Kind<?, ?, ?> kind(WaitingEffect effect) {
    return teller.kind(effect.id().subject());
  }

  /** What the effect is; empty when it has ended, or the journal closes. */
  Optional<String> waiting(WaitingEffect effect) {
    return messenger
        .untilAccepted(() -> database.read(tx -> ledger.effects().json(tx, effect.id())))
        .flatMap(stored -> stored);
  }

  /** Ends the effect and tells its subject the event, in one transaction. */
  void end(
      WaitingEffect effect,
      EffectRow.Status status,
      Optional<String> error,
      Optional<String> event) {
    EffectId id = effect.id();
    messenger.tell(
        id.subject(),
        id.dedupKey(),
        tx ->
            ledger.effects().end(tx, id, status, error, clock.instant())
                ? new Taken(true, event)
                : Taken.NOTHING);
  }

  /** Ends an effect that leads nowhere, and parks its subject. */
  void stuck(WaitingEffect effect, EffectRow.Status status, String error) {
    messenger.untilAccepted(() ->
        database.write(tx -> {
          if (ledger.effects().end(tx, effect.id(), status, Optional.of(error), clock.instant())) {
            teller.park(tx, effect.id().subject(), error);
          }
          return true;
        }));
  }

  void postpone(WaitingEffect again, String error) {
    messenger.untilAccepted(() ->
        database.write(tx -> {
          ledger.effects().postpone(tx, again, error);
          return true;
        }));
  }
}
