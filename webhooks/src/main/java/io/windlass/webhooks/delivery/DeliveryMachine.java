package io.windlass.webhooks.delivery;

import io.windlass.engine.journal.Machine;
import io.windlass.engine.journal.Transition;
import io.windlass.engine.repository.RefMachine;
import io.windlass.webhooks.delivery.DeliveryEvent.Received;
import io.windlass.webhooks.delivery.DeliveryState.Stored;
import io.windlass.webhooks.delivery.DeliveryState.Unheard;
import java.time.Instant;

/**
 * One delivery, by GitHub's id of it. Storing it and handing it to its ref are one transition, so
 * that a delivery that was answered is either on the disk whole or was never answered, and one that
 * comes again changes nothing.
 */
public final class DeliveryMachine implements Machine<DeliveryState, DeliveryEvent, Void> {
  /** The kind under which deliveries stand in the journal. */
  public static final String KIND = "delivery";

  @Override
  public String kind() {
    return KIND;
  }

  @Override
  public Class<DeliveryState> stateType() {
    return DeliveryState.class;
  }

  @Override
  public Class<DeliveryEvent> eventType() {
    return DeliveryEvent.class;
  }

  @Override
  public Class<Void> effectType() {
    return Void.class;
  }

  @Override
  public DeliveryState initial(String key) {
    return new Unheard();
  }

  @Override
  public Transition<DeliveryState, Void> on(DeliveryState state, DeliveryEvent event, Instant now) {
    return switch (state) {
      case Stored stored -> Transition.to(stored);
      case Unheard _ ->
          switch (event) {
            case Received received -> store(received);
          };
    };
  }

  private static Transition<DeliveryState, Void> store(Received received) {
    Transition<DeliveryState, Void> stored =
        Transition.to(
            new Stored(
                received.event(),
                received.hook(),
                received.repository(),
                received.fate(),
                received.bodyBytes(),
                received.at()));
    return switch (received.fate()) {
      case Fate.HandedOn _ ->
          received
              .repository()
              .flatMap(name -> RefMachine.tell(name, received.id(), received.intent()))
              .map(stored::tell)
              .orElse(stored);
      case Fate.Answered _, Fate.Ignored _, Fate.Malformed _ -> stored;
    };
  }
}
